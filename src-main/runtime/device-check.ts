import { EpochOrder, Gatherer } from './batches.ts';
import { CarriedValues } from './carried.ts';
import type { Samples, TrainingProgram } from './programs.ts';
import type { SessionOptions } from './session.ts';
import { Stepper } from './stepper.ts';
import { Steppers, type SteppersTask } from './steppers.ts';

/** What a device is tried with: a net, compiled for that device, and samples for it. */
export interface CheckTask {
  compile(options: { stepsPerCall: number; batchSize: number }): TrainingProgram;
  samples: Samples;
  batch: number;
}

/** Two steps one by one and two in one call: the two forms in which a run asks for them. */
const singleSteps = 2;
const blockSteps = 2;
const rate = 0.05;

/** How far each parameter moved in a few steps of training, by name. */
export async function trainedBy(task: CheckTask, session: SessionOptions): Promise<Map<string, Float64Array>> {
  const { samples, batch } = task;
  const single = task.compile({ stepsPerCall: 1, batchSize: batch });
  const block = task.compile({ stepsPerCall: blockSteps, batchSize: batch });
  const carried = new CarriedValues(single);
  await carried.moveTo(session);
  const options = { batch, carried, samples, rate: () => rate, seed: 1 };
  const order = new EpochOrder(1, samples.count);
  order.begin(0);
  const gatherer = new Gatherer(samples);
  let step = 0;
  const train = async (program: TrainingProgram, calls: number): Promise<void> => {
    const stepper = await Stepper.open(program, { ...options, session });
    try {
      for (let call = 0; call < calls; call++, step += stepper.stepsPerCall) {
        gatherer.gather(order.order, step * batch, stepper.samplesPerCall, stepper.buffers);
        await stepper.run(step);
      }
    } finally {
      await stepper.close();
    }
  };
  try {
    await train(single, singleSteps);
    await train(block, 1);
    const { model } = await carried.view();
    return new Map(
      single.parameters.map(({ name, initial }) => {
        const [before, after] = [initial.data as Float32Array, model.get(name)!.data as Float32Array];
        return [name, Float64Array.from(after, (value, i) => value - before[i])];
      }),
    );
  } finally {
    await carried.close();
  }
}

/** Samples that `trainedBy` uses. */
export const samplesNeeded = (batch: number): number => batch * (singleSteps + blockSteps);

/** The largest difference between two such trainings, as a share of the farthest that the same parameter moved; NaN where values are no numbers. */
export function largestDifference(
  reference: ReadonlyMap<string, Float64Array>,
  tried: ReadonlyMap<string, Float64Array>,
): number {
  let worst = 0;
  for (const [name, expected] of reference) {
    const got = tried.get(name)!;
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
    const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - got[i])), 0);
    // Math.max hands on NaN.
    worst = Math.max(worst, difference / scale);
  }
  return worst;
}

/** The best of several short windows counts: whatever else the machine does makes it only slower. */
const windows = 3;
const windowMs = 300;

/** Samples a second that a run with these settings would train on, the number of steps a call chosen as a run chooses it. */
export async function measureSpeed(task: SteppersTask, pause: () => Promise<void>): Promise<number> {
  const { train, settings } = task;
  const steppers = await Steppers.open(task, Infinity);
  try {
    const order = new EpochOrder(settings.seed, train.count);
    order.begin(0);
    const gatherer = new Gatherer(train);
    const stepper = steppers.for(train.count);
    let best = 0;
    for (let window = 0; window < windows; window++) {
      const start = performance.now();
      let [samples, ms] = [0, 0];
      do {
        gatherer.gather(order.order, 0, stepper.samplesPerCall, stepper.buffers);
        await stepper.run(0);
        samples += stepper.samplesPerCall;
        ms = performance.now() - start;
      } while (ms < windowMs);
      best = Math.max(best, (samples / ms) * 1000);
      await pause();
      // A device this slow has told enough.
      if (ms > 10 * windowMs) break;
    }
    return best;
  } finally {
    await steppers.close();
  }
}
