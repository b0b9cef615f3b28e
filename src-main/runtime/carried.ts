import { zeros } from '../onnx/tensors.ts';
import type { NumericArray, Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { canKeep, DeviceMemory } from './device-memory.ts';
import type { CarriedValue, TrainingProgram } from './programs.ts';
import { dataOf, tensorOf, valueOf, type SessionOptions, type Value } from './session.ts';

/** `model` is what inference needs (parameters and running statistics). Optimizer state has names of its own. */
export type Section = 'model' | 'optimizer';
export type Snapshot = Record<Section, Map<string, Tensor>>;

/** One value in two buffers, here or on a device: a call reads the one side and writes the other. */
export interface Slot {
  sides: readonly [Value, Value];
  /** Holds the value as of now. */
  current: 0 | 1;
}

/** How a program takes in one of its values and hands it back; what it only holds comes back to nobody. */
export interface Binding {
  readonly input: string;
  readonly output?: string;
  readonly slot: Slot;
}

type Carrying = Pick<TrainingProgram, 'parameters' | 'state'>;

/**
 * Parameters, running statistics and optimizer state, each in two buffers that change places after a call. Fetching into the very
 * tensors being fed would save the second buffer and silently train on half-updated values.
 *
 * Programs that train in turn share the model's values by name; each has an optimizer of its own, kept under its `owner`.
 */
export class CarriedValues {
  readonly #slots: Record<Section, Map<string, Slot>> = { model: new Map(), optimizer: new Map() };
  /** Parameter → the state that holds its average. */
  readonly #averages = new Map<string, string>();
  /** Those on a device, in the order in which its memory takes them. */
  #kept: readonly Slot[] = [];
  #memory: DeviceMemory | null = null;

  constructor(program: Carrying, owner = '') {
    this.add(program, owner);
  }

  /** Values that another program has brought already stay as they are. */
  add(program: Carrying, owner: string): void {
    for (const { carried, section } of carriedBy(program)) {
      const { type, shape, initial } = carried;
      const name = nameIn(section, owner, carried.name);
      if (this.#slots[section].has(name)) continue;
      const make = (): Value => valueOf(type, shape, zeros(type, shape).data);
      const slot: Slot = { sides: [make(), make()], current: 0 };
      copyInto(slot.sides[0], initial);
      this.#slots[section].set(name, slot);
    }
    for (const { name, parameter } of program.state) {
      if (parameter !== undefined) this.#averages.set(parameter, nameIn('optimizer', owner, name));
    }
  }

  bindingsOf(program: Carrying, owner = ''): Binding[] {
    return carriedBy(program).map(({ carried: { name, input, output }, section, held }) => {
      const slot = this.#slot(section, nameIn(section, owner, name));
      return held ? { input, slot } : { input, output, slot };
    });
  }

  /** A value of the model as it is evaluated, exported and kept as the best: an average, where there is one. */
  evaluated(name: string): Value {
    const average = this.#averages.get(name);
    return now(average === undefined ? this.#slot('model', name) : this.#slot('optimizer', average));
  }

  /**
   * From here on the values lie on the session's device, where it keeps any: a call neither takes them there nor brings them back.
   * To be called once, when all programs are added; `close` then gives the memory back.
   */
  async moveTo(session: SessionOptions): Promise<void> {
    const all = [...this.#slots.model.values(), ...this.#slots.optimizer.values()];
    const kept = all.filter((slot) => canKeep(session.device, tensorOf(now(slot))));
    if (kept.length === 0) return;
    const memory = await DeviceMemory.open(
      kept.map((slot) => tensorOf(now(slot))),
      session,
    );
    try {
      const sides = [await memory.make(kept.map(now)), await memory.make(kept.map(now))];
      kept.forEach((slot, i) => (slot.sides = [sides[0][i], sides[1][i]]));
    } catch (error) {
      await memory.close();
      throw error;
    }
    this.#kept = kept;
    this.#memory = memory;
  }

  /** The values as of now, until the next call. */
  async view(): Promise<Snapshot> {
    const copies = this.#memory ? await this.#memory.read(this.#kept.map(now)) : [];
    const here = new Map(this.#kept.map((slot, i) => [slot, copies[i]]));
    const view = (slots: Map<string, Slot>): Map<string, Tensor> =>
      new Map([...slots].map(([name, slot]) => [name, tensorOf(here.get(slot) ?? now(slot))]));
    return { model: view(this.#slots.model), optimizer: view(this.#slots.optimizer) };
  }

  /** Copies of the values as of now, the model's as they are evaluated. */
  async snapshot(): Promise<Snapshot> {
    const copy = (values: Map<string, Tensor>): Map<string, Tensor> =>
      new Map([...values].map(([name, tensor]) => [name, { ...tensor, data: (tensor.data as NumericArray).slice() }]));
    const { model, optimizer } = await this.view();
    for (const [name, average] of this.#averages) model.set(name, optimizer.get(average)!);
    return { model: copy(model), optimizer: copy(optimizer) };
  }

  /** Puts a snapshot back. Every value must be there with its size: a checkpoint of other settings is refused, not half used. */
  async restore(snapshot: Snapshot): Promise<void> {
    const saved = new Map<Slot, Tensor>();
    for (const section of ['model', 'optimizer'] as const) {
      for (const [name, slot] of this.#slots[section]) {
        const tensor = snapshot[section].get(name);
        if (tensor?.data.length !== now(slot).size) {
          throw new AtelierError('checkpoint_differs', `The checkpoint does not fit these settings: "${name}".`);
        }
        saved.set(slot, tensor);
      }
    }
    const kept = new Set(this.#kept);
    for (const [slot, tensor] of saved) if (!kept.has(slot)) copyInto(now(slot), tensor);
    const values = this.#kept.map((slot) => {
      const { type, shape, data } = saved.get(slot)!;
      return valueOf(type, shape, data);
    });
    await this.#memory?.write(this.#kept.map(now), values);
  }

  async close(): Promise<void> {
    await this.#memory?.close();
    this.#memory = null;
  }

  #slot(section: Section, name: string): Slot {
    const slot = this.#slots[section].get(name);
    if (!slot) throw new AtelierError('internal', `The graphs do not carry the same values: "${name}" is missing.`);
    return slot;
  }
}

const now = ({ sides, current }: Slot): Value => sides[current];

const nameIn = (section: Section, owner: string, name: string): string =>
  section === 'optimizer' && owner !== '' ? `${owner}/${name}` : name;

interface CarriedHere {
  carried: CarriedValue;
  section: Section;
  held?: boolean;
}

function carriedBy({ parameters, state }: Carrying): CarriedHere[] {
  return [
    ...parameters.map((carried) => ({ carried, section: 'model' as const })),
    ...state.map((carried): CarriedHere => {
      const held = carried.kind === 'held';
      return { carried, held, section: held || carried.kind === 'statistics' ? 'model' : 'optimizer' };
    }),
  ];
}

function copyInto(value: Value, tensor: Tensor): void {
  // Both are of the graph's own type; TypeScript has no common signature for `set` over all typed arrays.
  (dataOf(value) as Float32Array).set(tensor.data as Float32Array);
}
