import { checkpointPath, readCheckpoint } from '../../runtime/checkpoint.ts';
import { gradientsAt } from '../../runtime/gradients.ts';
import { summarize } from '../../runtime/tensor-summary.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GradientParams } from '../../shared/work/train.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { WeightReport } from '../../shared/weights.ts';
import type { JobContext } from '../port/job-port.ts';
import { netOf } from './forward.ts';
import { classWeightsOf, loadData, trainingTask } from './train-run.ts';

/** Enough for a spread that the next look repeats, few enough to be there in seconds. */
const mostBatches = 16;

/**
 * How the gradient of a run's loss is spread at one of its checkpoints, over the training batches that come next there, as the run would
 * augment them; before anything clips or scales it. On the processor, wherever the run was trained. Throws `no_checkpoint`,
 * `broken_checkpoint`, `no_gradients`.
 */
export async function weighGradients(params: GradientParams, context: JobContext): Promise<WeightReport> {
  const { checkpoint: name, runFolder } = params;
  const settings = plain(params.settings);
  const own = { ...params, settings };
  const checkpoint = readCheckpoint(checkpointPath(runFolder, name));
  if (!checkpoint) {
    throw new AtelierError('no_checkpoint', `The checkpoint "${name}" is not there any longer. List them again.`);
  }
  const data = await loadData(own, context, true);
  const net = netOf(settings, data.encoder, classWeightsOf(settings, data));
  if (net.players) {
    throw new AtelierError(
      'no_gradients',
      'Two nets learn from one another here: there is no one loss whose gradient could be shown. Look at the weights, or at how they have changed.',
    );
  }
  const task = await trainingTask(own, data, net, null);
  const { mean, samples } = await gradientsAt(task, checkpoint, mostBatches, () => context.pause());
  const { step, epoch } = checkpoint.position;
  return {
    checkpoint: { name, step, epoch },
    since: null,
    kind: 'gradients',
    samples,
    tensors: [...mean].map(([tensor, { shape, data: values }]) => summarize(tensor, shape, values as Float64Array)),
  };
}

/** The same net, loss and batches, by plain gradient descent. */
function plain(settings: TrainSettings): TrainSettings {
  const { clipNorm: _clip, accumulate: _accumulate, average: _average, precision: _precision, ...rest } = settings;
  return {
    ...rest,
    optimizer: 'sgd',
    weightDecay: 0,
    schedule: 'constant',
    norms: false,
    device: 'cpu',
    stretches: undefined,
  };
}
