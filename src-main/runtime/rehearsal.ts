import { EpochOrder, Gatherer } from './batches.ts';
import { Evaluator } from './evaluate.ts';
import type { Samples } from './programs.ts';
import { openLearner, type TrainingTask } from './training-loop.ts';

/** What was measured of a few calls. */
export interface Rehearsal {
  /** Seconds until the first call. */
  opening: number;
  /** Seconds for each sample, one entry a call. */
  training: number[];
  /** Empty where nothing is validated. */
  validation: number[];
}

/** Calls: the first ones make plans and buffers; then enough for a spread, for no longer than people wait for an estimate. */
const trained = { untimed: 2, fewest: 3, most: 60 };
/** A run validates once an epoch: many at a time would leave garbage that it never has. */
const validations = { untimed: 1, fewest: 2, most: 2 };
const longestMs = 1500;
/** Two batches of an evaluation at most: Evaluator's own are no larger. */
const validated = 1024;

/**
 * Trains for a moment as `train` would with this task, and evaluates, without writing anything: all that takes time and memory in a
 * run is opened and used in the same order.
 */
export async function rehearse(task: TrainingTask, pause: () => Promise<void>): Promise<Rehearsal> {
  const begun = performance.now();
  const evaluator = await Evaluator.open(task.compileEvaluation(), task.settings);
  try {
    const { train, settings } = task;
    const learner = await openLearner(task, Math.ceil(train.count / settings.batchSize) * settings.epochs);
    const opening = (performance.now() - begun) / 1000;
    try {
      const order = new EpochOrder(settings.seed, train.count);
      order.begin(0);
      const gatherer = new Gatherer(train);
      let [offset, step] = [0, 0];
      const training = await timed(
        async () => {
          const call = learner.for(train.count - offset);
          gatherer.gather(order.order, offset, call.samplesPerCall, call.buffers);
          task.augment?.(call.buffers, order.order, offset, call.samplesPerCall, 0);
          await call.run(step);
          step += call.stepsPerCall;
          offset += call.samplesPerCall;
          if (offset >= train.count) offset = 0;
          return call.samplesPerCall;
        },
        trained,
        pause,
      );

      // What is kept of the best epoch, while it is being validated.
      const best = await learner.carried.snapshot();
      const some = first(task.validation, validated);
      const model = (name: string) => learner.carried.evaluated(name);
      const validate = async (): Promise<number> => {
        await evaluator.evaluate(some, model, { collect: task.score?.collect });
        return some.count;
      };
      const validation = some.count > 0 && best.model.size > 0 ? await timed(validate, validations, pause) : [];
      return { opening, training, validation };
    } finally {
      await learner.close();
    }
  } finally {
    await evaluator.close();
  }
}

/** Seconds a sample of each call. */
async function timed(
  call: () => Promise<number>,
  { untimed, fewest, most }: typeof trained,
  pause: () => Promise<void>,
): Promise<number[]> {
  for (let i = 0; i < untimed; i++) {
    await call();
    await pause();
  }
  const seconds: number[] = [];
  const begun = performance.now();
  while (seconds.length < fewest || (seconds.length < most && performance.now() - begun < longestMs)) {
    const before = performance.now();
    const samples = await call();
    seconds.push((performance.now() - before) / 1000 / samples);
    await pause();
  }
  return seconds;
}

function first({ count, x, y }: Samples, most: number): Samples {
  const kept = Math.min(count, most);
  return { count: kept, x: x.subarray(0, (kept * x.length) / count), y: y.subarray(0, (kept * y.length) / count) };
}
