import type { Tensor } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { EpochOrder, Gatherer } from './batches.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Steppers } from './steppers.ts';
import type { TrainingTask } from './training-task.ts';

/**
 * Of plain gradient descent a step is the rate times the gradient, so the gradient is the step divided by the rate. At so great a rate
 * nothing of it drowns in the weight it is taken from (a weight's last bit is worth 6e-8 of it, divided by this), and a power of two costs
 * no bit of its own.
 */
const rate = 2 ** 20;

/** The gradient of each parameter. */
export interface Gradients {
  /** Means over the batches, in float64. */
  mean: Map<string, Tensor>;
  samples: number;
}

/**
 * The gradient of a training's loss at a checkpoint, over the batches that come next: nothing is changed or written. The task's program has
 * to be one of plain gradient descent, without decay, clipping and averages. Throws `checkpoint_differs`.
 */
export async function gradientsAt(
  task: TrainingTask,
  { model, position }: Checkpoint,
  batches: number,
  pause: () => Promise<void>,
): Promise<Gradients> {
  const { train, settings } = task;
  const steppers = await Steppers.open({ ...task, rate: () => rate, stepsPerCall: 1 }, 1);
  try {
    const program = task.compile({ stepsPerCall: 1, usualBatch: Math.min(settings.batchSize, train.count) });
    const sums = new Map(
      program.parameters.map(({ name, shape, type }) => {
        if (type !== 'float') throw new AtelierError('internal', `"${name}" is ${type}: it has no gradient.`);
        return [name, { shape, sum: new Float64Array(shape.reduce((size, dim) => size * dim, 1)) }] as const;
      }),
    );
    const epoch = Math.floor(position.epoch);
    task.renew?.(epoch);
    const order = new EpochOrder(settings.seed, train.count);
    order.begin(epoch);
    const gatherer = new Gatherer(train);
    let samples = 0;
    let done = 0;
    for (; done < batches && samples < train.count; done++) {
      await steppers.carried.restore({ model, optimizer: new Map() });
      const call = steppers.for(train.count - samples);
      gatherer.gather(order.order, samples, call.samplesPerCall, call.buffers);
      task.augment?.(call.buffers, order.order, samples, call.samplesPerCall, epoch);
      await call.run(position.step + done);
      samples += call.samplesPerCall;
      const moved = await steppers.carried.view();
      for (const [name, { sum }] of sums) {
        const [before, after] = [model.get(name)!.data, moved.model.get(name)!.data];
        for (let i = 0; i < sum.length; i++) sum[i] += (Number(before[i]) - Number(after[i])) / rate;
      }
      await pause();
    }
    const mean = new Map(
      [...sums].map(([name, { shape, sum }]): [string, Tensor] => [
        name,
        { type: 'double', shape: [...shape], data: sum.map((value) => value / done) },
      ]),
    );
    return { mean, samples };
  } finally {
    await steppers.close();
  }
}
