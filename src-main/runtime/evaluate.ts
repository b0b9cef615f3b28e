import { writeModel } from '../onnx/write.ts';
import { sizeOf } from '../onnx/tensors.ts';
import type { Tensor, NumericArray } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { Random, streams } from '../shared/random.ts';
import { bindBatch, checkSamples, type EvaluationProgram, type ProgramOutput, type Samples } from './programs.ts';
import { dataOf, Session, valueOf, type SessionOptions, type Value, type Values } from './session.ts';

/** Numbers in one batch's input. Fixed rather than measured: another batch size may give other last bits, and so another "best" epoch. */
const batchElements = 2 ** 18;
/** Tokens: each becomes a vector, and attention looks at every pair of them. */
const batchTokens = 2 ** 14;
const maxBatch = 512;
/** Numbers in one batch's answer: of each place of a text there is one for every token. */
const batchAnswers = 2 ** 23;

export interface EvaluationResult {
  samples: number;
  /** Mean over the samples; for regression over all target values. NaN where the program has none. */
  loss: number;
  /** Null where nothing is right or wrong. */
  accuracy: number | null;
  /** How many targets the loss is the mean of: the samples, where each has one that counts. */
  weight: number;
  /** What was asked for, row-major: samples × classes (probabilities), samples × values, … */
  collected: Partial<Record<Collected, Float32Array>>;
}

/** What a program says of each sample. */
export type Collected = Extract<ProgramOutput['role'], 'prediction' | 'error' | 'code'>;

/** Values by the forward graph's names. */
export type ModelValues = ReadonlyMap<string, Tensor> | ((name: string) => Value);

/** Runs a forward graph over a split in batches. Opened once a run; the parameters are fed each time. */
export class Evaluator {
  readonly #program: EvaluationProgram;
  readonly #session: Session;

  private constructor(program: EvaluationProgram, session: Session) {
    this.#program = program;
    this.#session = session;
  }

  static async open(program: EvaluationProgram, options: SessionOptions): Promise<Evaluator> {
    return new Evaluator(program, await Session.open(writeModel(program.model), options));
  }

  /** `pause` is awaited after every batch, so that a cancel is heard. */
  async evaluate(
    samples: Samples,
    model: ModelValues,
    options: { collect?: readonly Collected[]; pause?: () => Promise<void> } = {},
  ): Promise<EvaluationResult> {
    checkSamples(this.#program.inputs, samples);
    const parameters = this.#parameters(model);
    const perSample = samples.count === 0 ? 0 : samples.x.length / samples.count;
    const most = samples.x instanceof Int32Array ? batchTokens : batchElements;
    const batch = Math.max(
      1,
      Math.min(
        maxBatch,
        Math.floor(most / Math.max(1, perSample)),
        Math.floor(batchAnswers / Math.max(1, this.#program.answers ?? 1)),
      ),
    );
    const collecting = (options.collect ?? []).map((role) => {
      const output = this.#output(role);
      if (!output) throw new AtelierError('internal', `The program does not say "${role}".`);
      const width = sizeOf(bindBatch(output.shape, 1));
      return { role, width, name: output.name, values: new Float32Array(samples.count * width) };
    });

    let lossSum = 0;
    let correct = 0;
    // Where a sample has several predictions, or some that do not count, the graph says how many.
    let [weight, counted] = [0, 0];
    const read = (results: Values, role: ProgramOutput['role']): number | undefined => {
      const output = this.#output(role);
      return output && Number(dataOf(results[output.name])[0]);
    };
    for (let from = 0; from < samples.count; from += batch) {
      const count = Math.min(batch, samples.count - from);
      const results = await this.#session.run({ ...parameters, ...this.#batch(samples, from, count) });
      lossSum += read(results, 'loss') ?? NaN;
      correct += read(results, 'correct') ?? 0;
      weight += read(results, 'weight') ?? count;
      counted += read(results, 'counted') ?? count;
      for (const { name, width, values } of collecting) {
        values.set(dataOf(results[name]) as Float32Array, from * width);
      }
      await options.pause?.();
    }
    return {
      samples: samples.count,
      loss: lossSum / weight,
      accuracy: this.#output('correct') ? correct / counted : null,
      weight,
      collected: Object.fromEntries(collecting.map(({ role, values }) => [role, values])),
    };
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #output(role: ProgramOutput['role']): ProgramOutput | undefined {
    return this.#program.outputs.find((output) => output.role === role);
  }

  #parameters(model: ModelValues): Values {
    const values: Values = {};
    for (const { name, type, shape } of this.#program.parameters) {
      if (typeof model === 'function') values[name] = model(name);
      else {
        const tensor = model.get(name);
        if (!tensor || tensor.data.length !== sizeOf(shape)) {
          throw new AtelierError('checkpoint_differs', `The checkpoint does not fit these settings: "${name}".`);
        }
        values[name] = valueOf(type, shape, tensor.data);
      }
    }
    return values;
  }

  #batch(samples: Samples, from: number, count: number): Values {
    const rows = (all: Samples['x' | 'y']): NumericArray => {
      const length = all.length / samples.count;
      return all.subarray(from * length, (from + count) * length);
    };
    const values: Values = {};
    for (const { name, role, type, shape } of this.#program.inputs) {
      const dims = bindBatch(shape, count);
      if (role === 'data') values[name] = valueOf(type, dims, rows(samples.x));
      else if (role === 'target') values[name] = valueOf(type, dims, rows(samples.y));
      else if (role === 'noise') {
        const numbers = new Float32Array(sizeOf(dims));
        // The same every time: two evaluations of the same values agree.
        new Random(0, streams.show, from).fillNormal(numbers);
        values[name] = valueOf(type, dims, numbers);
      }
    }
    return values;
  }
}
