import { writeModel } from '../onnx/write.ts';
import { sizeOf, zeros } from '../onnx/tensors.ts';
import { Random, streams } from '../shared/random.ts';
import { batchBuffers, type BatchBuffers } from './batches.ts';
import { carriedBy, type CarriedValues, type Side } from './carried.ts';
import { bindBatch, type ProgramOutput, type Samples, type TrainingProgram } from './programs.ts';
import { Session, valueOf, type SessionOptions, type Values } from './session.ts';

/**
 * One opened training program at one batch size, with every buffer it will ever need: a call allocates nothing.
 * Several steppers (K steps a call, one step, the smaller last batch) work on the same carried values.
 */
export class Stepper {
  readonly stepsPerCall: number;
  readonly batch: number;
  readonly buffers: BatchBuffers;
  /** Of the last call, one entry a step: mean loss over the batch. */
  readonly losses: Float32Array;
  /** Of the last call, one entry a step: correct predictions; null for regression. */
  readonly corrects: Int32Array | null;
  /** Of the last call, one entry a step: out of how many; null where that is the batch. */
  readonly counts: Int32Array | null;

  readonly #session: Session;
  readonly #carried: CarriedValues;
  readonly #feeds: [Values, Values];
  readonly #fetches: [Values, Values];
  readonly #masks: { bytes: Uint8Array; perStep: number }[] = [];
  readonly #seed: number;
  readonly #rate: (step: number) => number;
  /** One entry a step. */
  #rates = new Float32Array(0);

  constructor(session: Session, program: TrainingProgram, options: StepperOptions) {
    this.#session = session;
    this.#carried = options.carried;
    this.#seed = options.seed;
    this.#rate = options.rate;
    this.stepsPerCall = program.stepsPerCall;
    this.batch = options.batch;
    this.buffers = batchBuffers(options.samples, this.samplesPerCall);

    const inputs: Values = {};
    for (const { name, role, type, shape } of program.inputs) {
      const dims = bindBatch(shape, this.batch);
      if (role === 'data') inputs[name] = valueOf(type, dims, this.buffers.x);
      else if (role === 'target') inputs[name] = valueOf(type, dims, this.buffers.y);
      else if (role === 'learning_rate') {
        this.#rates = new Float32Array(sizeOf(dims));
        inputs[name] = valueOf(type, dims, this.#rates);
      } else {
        const { data } = zeros(type, dims);
        const bytes = new Uint8Array(data.buffer as ArrayBuffer);
        this.#masks.push({ bytes, perStep: bytes.length / this.stepsPerCall });
        inputs[name] = valueOf(type, dims, data);
      }
    }

    const results: Values = {};
    this.losses = new Float32Array(this.stepsPerCall);
    const integers = (role: ProgramOutput['role']): Int32Array | null =>
      program.outputs.some((output) => output.role === role) ? new Int32Array(this.stepsPerCall) : null;
    this.corrects = integers('correct');
    this.counts = integers('counted');
    for (const { name, role, type, shape } of program.outputs) {
      const dims = bindBatch(shape, this.batch);
      if (role === 'loss') results[name] = valueOf(type, dims, this.losses);
      else if (role === 'correct' && this.corrects) results[name] = valueOf(type, dims, this.corrects);
      else if (role === 'counted' && this.counts) results[name] = valueOf(type, dims, this.counts);
    }

    const carriedOn = (side: Side, end: 'input' | 'output'): Values =>
      Object.fromEntries(
        carriedBy(program).map(({ carried, section }) => [
          carried[end],
          options.carried.on(side, section, carried.name),
        ]),
      );
    this.#feeds = [
      { ...inputs, ...carriedOn(0, 'input') },
      { ...inputs, ...carriedOn(1, 'input') },
    ];
    this.#fetches = [
      { ...results, ...carriedOn(0, 'output') },
      { ...results, ...carriedOn(1, 'output') },
    ];
  }

  static async open(program: TrainingProgram, options: StepperOptions & { session: SessionOptions }): Promise<Stepper> {
    return new Stepper(await Session.open(writeModel(program.model), options.session), program, options);
  }

  /** The same session at another batch size; the program's batch axis must be open. */
  withBatch(program: TrainingProgram, options: StepperOptions): Stepper {
    return new Stepper(this.#session, program, options);
  }

  get samplesPerCall(): number {
    return this.stepsPerCall * this.batch;
  }

  /** Trains on what lies in `buffers`; `step` is the number of steps done before, which the masks and the learning rate follow from. */
  async run(step: number): Promise<void> {
    await this.#call(step);
    this.#carried.flip();
  }

  /** The same work without its effect, to measure how long it takes. */
  async rehearse(): Promise<void> {
    await this.#call(0);
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  async #call(step: number): Promise<void> {
    for (let k = 0; k < this.#rates.length; k++) this.#rates[k] = this.#rate(step + k);
    for (let m = 0; m < this.#masks.length; m++) {
      const { bytes, perStep } = this.#masks[m];
      for (let k = 0; k < this.stepsPerCall; k++) {
        // One stream a mask and step, so that K does not change what is drawn.
        new Random(this.#seed, streams.mask + 256 * m, step + k).fillBytes(
          bytes.subarray(k * perStep, (k + 1) * perStep),
        );
      }
    }
    const from = this.#carried.current;
    await this.#session.run(this.#feeds[from], this.#fetches[from === 0 ? 1 : 0]);
  }
}

export interface StepperOptions {
  batch: number;
  carried: CarriedValues;
  /** What will be fed: only its types and row size are read. */
  samples: Samples;
  rate: (step: number) => number;
  seed: number;
}
