import { writeModel } from '../onnx/write.ts';
import { sizeOf, zeros } from '../onnx/tensors.ts';
import { Random, streams } from '../shared/random.ts';
import { batchBuffers, type BatchBuffers } from './batches.ts';
import type { Binding, CarriedValues } from './carried.ts';
import type { Call, Measures } from './learner.ts';
import { bindBatch, type ProgramOutput, type Samples, type TrainingProgram } from './programs.ts';
import { Session, valueOf, type SessionOptions, type Values } from './session.ts';

/**
 * One opened training program at one batch size, with every buffer it will ever need: a call allocates nothing.
 * Several steppers (K steps a call, one step, the smaller last batch) work on the same carried values.
 */
export class Stepper implements Call {
  readonly stepsPerCall: number;
  readonly batch: number;
  readonly buffers: BatchBuffers;
  /** Of the last call, one entry a step: mean loss over the batch. */
  readonly losses: Float32Array;
  /** Of the last call, one entry a step: correct predictions; null for regression. */
  readonly corrects: Int32Array | null;
  /** Of the last call, one entry a step: out of how many; null where that is the batch. */
  readonly counts: Int32Array | null;
  /** Of the last call, where the program gives them: what it learns to say, step after step, row after row. */
  readonly logits: Float32Array | null;
  /** Of the last call, where the program gives them, one entry a step. */
  readonly #norms: ReadonlyMap<NormName, Float32Array>;
  readonly #accumulate: number;
  /** Steps done before the last call. */
  #before = 0;

  readonly #session: Session;
  readonly #bindings: readonly Binding[];
  readonly #feeds: Values = {};
  readonly #fetches: Values = {};
  readonly #masks: { bytes: Uint8Array; perStep: number }[] = [];
  readonly #noises: { numbers: Float32Array; perStep: number }[] = [];
  readonly #seed: number;
  readonly #player: number;
  readonly #rate: (step: number) => number;
  /** One entry a step. */
  #rates = new Float32Array(0);

  constructor(session: Session, program: TrainingProgram, options: StepperOptions) {
    this.#session = session;
    this.#bindings = options.carried.bindingsOf(program, options.owner);
    this.#seed = options.seed;
    this.#player = options.player ?? 0;
    this.#rate = options.rate;
    this.#accumulate = options.accumulate ?? 1;
    this.stepsPerCall = program.stepsPerCall;
    this.batch = options.batch;
    this.buffers = batchBuffers(options.samples, this.samplesPerCall);

    for (const { name, role, type, shape } of program.inputs) {
      const dims = bindBatch(shape, this.batch);
      if (role === 'data') this.#feeds[name] = valueOf(type, dims, this.buffers.x);
      else if (role === 'target') this.#feeds[name] = valueOf(type, dims, this.buffers.y);
      else if (role === 'second_target') this.#feeds[name] = valueOf(type, dims, this.#mixed.y);
      else if (role === 'target_share') this.#feeds[name] = valueOf(type, dims, this.#mixed.share);
      else if (role === 'learning_rate') {
        this.#rates = new Float32Array(sizeOf(dims));
        this.#feeds[name] = valueOf(type, dims, this.#rates);
      } else if (role === 'noise') {
        const numbers = new Float32Array(sizeOf(dims));
        this.#noises.push({ numbers, perStep: numbers.length / this.stepsPerCall });
        this.#feeds[name] = valueOf(type, dims, numbers);
      } else {
        const { data } = zeros(type, dims);
        const bytes = new Uint8Array(data.buffer as ArrayBuffer);
        this.#masks.push({ bytes, perStep: bytes.length / this.stepsPerCall });
        this.#feeds[name] = valueOf(type, dims, data);
      }
    }

    this.losses = new Float32Array(this.stepsPerCall);
    const output = (role: ProgramOutput['role']) => program.outputs.find((each) => each.role === role);
    const integers = (role: ProgramOutput['role']) => (output(role) ? new Int32Array(this.stepsPerCall) : null);
    this.corrects = integers('correct');
    this.counts = integers('counted');
    const said = output('logits');
    this.logits = said ? new Float32Array(sizeOf(bindBatch(said.shape, this.batch))) : null;
    this.#norms = new Map(
      normNames.filter((name) => output(name)).map((name) => [name, new Float32Array(this.stepsPerCall)]),
    );
    const room = {
      loss: this.losses,
      correct: this.corrects,
      counted: this.counts,
      logits: this.logits,
      ...Object.fromEntries(this.#norms),
    };
    for (const { name, role, type, shape } of program.outputs) {
      const data = role in room ? room[role as keyof typeof room] : null;
      if (data) this.#fetches[name] = valueOf(type, bindBatch(shape, this.batch), data);
    }
  }

  static async open(program: TrainingProgram, options: StepperOptions & { session: SessionOptions }): Promise<Stepper> {
    return new Stepper(await Session.open(writeModel(program.model), options.session), program, options);
  }

  /** The same session at another batch size; the program's batch axis must be open. */
  withBatch(program: TrainingProgram, options: StepperOptions): Stepper {
    return new Stepper(this.#session, program, options);
  }

  /** Room that only programs which learn from mixtures take; until it is filled, each sample is all its own. */
  get #mixed(): NonNullable<BatchBuffers['mixed']> {
    const rows = this.samplesPerCall;
    return (this.buffers.mixed ??= { y: new Int32Array(rows), share: new Float32Array(rows).fill(1) });
  }

  get samplesPerCall(): number {
    return this.stepsPerCall * this.batch;
  }

  /** Trains on what lies in `buffers`; `step` is the number of steps done before, which all chance and the learning rate follow from. */
  async run(step: number): Promise<void> {
    await this.#call(step);
    for (const { slot, output } of this.#bindings) if (output !== undefined) slot.current = slot.current === 0 ? 1 : 0;
  }

  /** The same work without its effect, to measure how long it takes. */
  async rehearse(): Promise<void> {
    await this.#call(0);
  }

  measures(k: number): Measures {
    if (!this.corrects) return { loss: this.losses[k] };
    // Where a sample has several predictions, their share stands for the sample.
    return {
      loss: this.losses[k],
      accuracy: this.corrects[k] / (this.counts ? Math.max(1, this.counts[k]) : this.batch),
    };
  }

  norms(k: number): Measures | null {
    if (this.#norms.size === 0 || (this.#before + k + 1) % this.#accumulate !== 0) return null;
    return Object.fromEntries([...this.#norms].map(([name, values]) => [name, values[k]]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #call(step: number): Promise<void> {
    this.#before = step;
    for (let k = 0; k < this.#rates.length; k++) this.#rates[k] = this.#rate(step + k);
    // One stream an input and step, so that K does not change what is drawn.
    this.#masks.forEach(({ bytes, perStep }, m) => {
      for (let k = 0; k < this.stepsPerCall; k++) {
        this.#random(streams.mask, m, step + k).fillBytes(bytes.subarray(k * perStep, (k + 1) * perStep));
      }
    });
    this.#noises.forEach(({ numbers, perStep }, n) => {
      for (let k = 0; k < this.stepsPerCall; k++) {
        this.#random(streams.noise, n, step + k).fillNormal(numbers.subarray(k * perStep, (k + 1) * perStep));
      }
    });
    for (const { input, output, slot } of this.#bindings) {
      this.#feeds[input] = slot.sides[slot.current];
      if (output !== undefined) this.#fetches[output] = slot.sides[slot.current === 0 ? 1 : 0];
    }
    await this.#session.run(this.#feeds, this.#fetches);
  }

  #random(stream: number, input: number, step: number): Random {
    return new Random(this.#seed, stream + 256 * (input + inputsAPlayer * this.#player), step);
  }
}

const normNames = ['gradient_norm', 'update_norm'] as const;
type NormName = (typeof normNames)[number];

/** More random inputs than any net has. */
const inputsAPlayer = 2 ** 16;

export interface StepperOptions {
  batch: number;
  carried: CarriedValues;
  /** What will be fed: only its types and row size are read. */
  samples: Samples;
  rate: (step: number) => number;
  seed: number;
  /** Steps that make one update; 1 when left out. */
  accumulate?: number;
  /** Where several programs train in turn: whose optimizer state this is, and a number of its own, from 0, that its chance follows from. */
  owner?: string;
  player?: number;
}
