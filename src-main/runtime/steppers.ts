import type { TrainSettings } from '../shared/run.ts';
import { CarriedValues } from './carried.ts';
import { keepsTensors } from './device-memory.ts';
import type { Learner } from './learner.ts';
import type { Samples, TrainingProgram } from './programs.ts';
import { Stepper, type StepperOptions } from './stepper.ts';
import { chooseStepsPerCall } from './steps-per-call.ts';

export interface SteppersTask {
  /** Without a batch size the program must take any. */
  compile(options: { stepsPerCall: number; batchSize?: number; usualBatch?: number }): TrainingProgram;
  train: Samples;
  settings: Pick<TrainSettings, 'epochs' | 'batchSize' | 'learningRate' | 'seed' | 'device' | 'threads' | 'accumulate'>;
  /** The learning rate of each step, counted from 0; the settings' own throughout when left out. */
  rate?: (step: number) => number;
  /** For tests and measurements; chosen by timing when left out. */
  stepsPerCall?: number;
}

/** Measured after one call to warm up; none is begun after this long. */
const rehearsalMs = 100;
const rehearsals = 5;

/**
 * The graphs that together cover an epoch, from the most samples a call to the fewest: K whole batches, one whole batch,
 * and the smaller batch at the end. The last two are one session with an open batch axis.
 */
export class Steppers implements Learner {
  readonly carried: CarriedValues;
  readonly #steppers: Stepper[];

  private constructor(carried: CarriedValues, steppers: Stepper[]) {
    this.carried = carried;
    this.#steppers = steppers;
  }

  static async open(task: SteppersTask, stepsLeft: number): Promise<Steppers> {
    const { train, settings } = task;
    const batch = Math.min(settings.batchSize, train.count);
    const single = task.compile({ stepsPerCall: 1, usualBatch: batch });
    const carried = new CarriedValues(single);
    const { learningRate, seed, device, threads, accumulate } = settings;
    const rate = task.rate ?? (() => learningRate);
    const options = (batch: number): StepperOptions => ({
      batch,
      carried,
      samples: train,
      rate,
      seed,
      accumulate,
    });
    const session = { device, threads };
    await carried.moveTo(session);

    const fullBatches = Math.floor(train.count / batch);
    const rest = train.count % batch;
    const one = await Stepper.open(single, { ...options(batch), session });
    const steppers = [one];
    if (rest > 0) steppers.push(one.withBatch(single, options(rest)));

    const k = task.stepsPerCall ?? (keepsTensors(device) ? 1 : await measuredChoice(one, fullBatches, stepsLeft));
    if (k > 1 && k <= fullBatches) {
      const block = task.compile({ stepsPerCall: k, batchSize: batch });
      steppers.unshift(await Stepper.open(block, { ...options(batch), session }));
    }
    return new Steppers(carried, steppers);
  }

  /** The one that does the most of what is left of an epoch in one call. */
  for(samplesLeft: number): Stepper {
    return this.#steppers.find((stepper) => stepper.samplesPerCall <= samplesLeft) ?? this.#steppers.at(-1)!;
  }

  get stepsPerCall(): number {
    return this.#steppers[0].stepsPerCall;
  }

  async close(): Promise<void> {
    await this.carried.close();
    for (const stepper of this.#steppers) await stepper.close();
  }
}

async function measuredChoice(one: Stepper, fullBatchesPerEpoch: number, stepsLeft: number): Promise<number> {
  await one.rehearse();
  const start = performance.now();
  let best = Infinity;
  for (let i = 0; i < rehearsals && performance.now() - start < rehearsalMs; i++) {
    const before = performance.now();
    await one.rehearse();
    best = Math.min(best, performance.now() - before);
  }
  return chooseStepsPerCall({
    secondsPerStep: best / 1000,
    fullBatchesPerEpoch,
    stepsLeft,
    bytesPerBatch: one.buffers.x.byteLength,
  });
}
