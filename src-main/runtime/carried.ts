import { zeros } from '../onnx/tensors.ts';
import type { NumericArray, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import type { CarriedValue, TrainingProgram } from './programs.ts';
import { dataOf, tensorOf, valueOf, type Value } from './session.ts';

export type Side = 0 | 1;

/** `model` is what inference needs (parameters and running statistics). Optimizer state has names of its own. */
export type Section = 'model' | 'optimizer';
export type Snapshot = Record<Section, Map<string, Tensor>>;

/**
 * Parameters, running statistics and optimizer state, each in two buffers. A call reads one side and writes the other, then the sides
 * change places. Fetching into the very tensors being fed would save the second buffer and silently train on half-updated values.
 */
export class CarriedValues {
  readonly #values: Record<Section, Map<string, [Value, Value]>> = { model: new Map(), optimizer: new Map() };
  /** Parameter → the state that holds its average. */
  readonly #averages: ReadonlyMap<string, string>;
  /** Holds the values as of now. */
  current: Side = 0;

  constructor(program: Pick<TrainingProgram, 'parameters' | 'state'>) {
    for (const value of carriedBy(program)) {
      const { type, shape, initial } = value.carried;
      const make = (): Value => valueOf(type, shape, zeros(type, shape).data);
      const sides: [Value, Value] = [make(), make()];
      copyInto(sides[0], initial);
      this.#values[value.section].set(value.carried.name, sides);
    }
    this.#averages = new Map(
      program.state.flatMap(({ name, parameter }) => (parameter === undefined ? [] : [[parameter, name]])),
    );
  }

  on(side: Side, section: Section, name: string): Value {
    const sides = this.#values[section].get(name);
    if (!sides) throw new AtelierError('internal', `The graphs do not carry the same values: "${name}" is missing.`);
    return sides[side];
  }

  /** A value of the model as it is evaluated, exported and kept as the best: an average, where there is one. */
  evaluated(name: string): Value {
    const average = this.#averages.get(name);
    return average === undefined ? this.on(this.current, 'model', name) : this.on(this.current, 'optimizer', average);
  }

  flip(): void {
    this.current = this.current === 0 ? 1 : 0;
  }

  /** The values as of now, until the next call. */
  view(): Snapshot {
    const view = (values: Map<string, [Value, Value]>): Map<string, Tensor> =>
      new Map([...values].map(([name, sides]) => [name, tensorOf(sides[this.current])]));
    return { model: view(this.#values.model), optimizer: view(this.#values.optimizer) };
  }

  /** Copies of the values as of now, the model's as they are evaluated. */
  snapshot(): Snapshot {
    const copy = (values: Map<string, Tensor>): Map<string, Tensor> =>
      new Map([...values].map(([name, tensor]) => [name, { ...tensor, data: (tensor.data as NumericArray).slice() }]));
    const { model, optimizer } = this.view();
    for (const name of this.#averages.keys()) model.set(name, tensorOf(this.evaluated(name)));
    return { model: copy(model), optimizer: copy(optimizer) };
  }

  /** Puts a snapshot back. Every value must be there with its size: a checkpoint of other settings is refused, not half used. */
  restore(snapshot: Snapshot): void {
    for (const section of ['model', 'optimizer'] as const) {
      for (const [name, sides] of this.#values[section]) {
        const saved = snapshot[section].get(name);
        if (!saved || saved.data.length !== dataOf(sides[0]).length) {
          throw new AtelierError('checkpoint_differs', `The checkpoint does not fit these settings: "${name}".`);
        }
        copyInto(sides[this.current], saved);
      }
    }
  }
}

export function carriedBy(
  program: Pick<TrainingProgram, 'parameters' | 'state'>,
): { carried: CarriedValue; section: Section }[] {
  return [
    ...program.parameters.map((carried) => ({ carried, section: 'model' as const })),
    ...program.state.map((carried) => ({
      carried,
      section: carried.kind === 'statistics' ? ('model' as const) : ('optimizer' as const),
    })),
  ];
}

function copyInto(value: Value, tensor: Tensor): void {
  // Both are of the graph's own type; TypeScript has no common signature for `set` over all typed arrays.
  (dataOf(value) as Float32Array).set(tensor.data as Float32Array);
}
