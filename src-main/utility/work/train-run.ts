import { mkdirSync } from 'node:fs';
import { architectureOf, parameterCount as countParameters, takesIndices } from '../../architectures/index.ts';
import { rateByName } from '../../autodiff/schedules/by-name.ts';
import { compileEvaluation, compileTrainingStep } from '../../autodiff/compile.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import { loadTrainingData, type TrainingData } from '../../datasets/training-data.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import {
  checkpointPath,
  clearCheckpoints,
  readCheckpoint,
  type Best,
  type Checkpoint,
} from '../../runtime/checkpoint.ts';
import { Evaluator, type ModelValues } from '../../runtime/evaluate.ts';
import { RunLog } from '../../runtime/run-log.ts';
import { train, type TrainingTask } from '../../runtime/training-loop.ts';
import { versions } from '../../runtime/versions.ts';
import { errorFacts } from '../../shared/errors.ts';
import type { TrainParams, TrainResult } from '../../shared/job.ts';
import type { TrainSettings } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';
import { forwardModel, lossOf } from './forward.ts';
import { encoderPath, readEncoder } from './run-files.ts';
import { inTargetUnit } from './run-model.ts';
import { splitMetrics } from './split-metrics.ts';

/** A whole run: loads and encodes the data, trains, evaluates the best checkpoint, and writes all of it to the run folder on the way. */
export async function trainRun(params: TrainParams, context: JobContext): Promise<TrainResult> {
  mkdirSync(params.runFolder, { recursive: true });
  const log = new RunLog(params.runFolder);
  try {
    const result = await work(params, context, log);
    log.write({ type: 'finished', at: Date.now(), result });
    return result;
  } catch (error) {
    if (context.cancelled()) log.write({ type: 'cancelled', at: Date.now() });
    else log.write({ type: 'failed', at: Date.now(), error: errorFacts(error) });
    throw error;
  } finally {
    log.close();
  }
}

async function work(params: TrainParams, context: JobContext, log: RunLog): Promise<TrainResult> {
  const { settings, runFolder } = params;
  const last = params.resume ? readCheckpoint(checkpointPath(runFolder, 'last')) : null;
  if (!last) clearCheckpoints(runFolder);
  const data = await loadData(params, context, last !== null);
  const forward = forwardModel(settings, data.encoder);
  const parameterCount = countParameters(forward);
  log.write({
    type: 'start',
    run: params.run,
    at: Date.now(),
    step: last?.position.step ?? 0,
    settings,
    data: {
      task: data.task,
      classes: data.classes,
      samples: { ...params.manifest.splits },
      blobs: { ...params.manifest.blobs },
    },
    parameterCount,
    versions: versions(),
  });

  const task = trainingTask(params, data, forward, last);
  const outcome = await train(task, {
    points(points) {
      context.post({ type: 'metrics', points });
      log.metrics(points);
    },
    progress: (done, total) => context.progress({ stage: 'training', unit: 'samples', done, total }),
    best({ epoch, step }) {
      context.post({ type: 'best', epoch, parameterCount });
      log.write({ type: 'best', epoch, step });
    },
    pause: () => context.pause(),
    stopRequested: () => context.stopRequested(),
  });

  const evaluator = await Evaluator.open(task.compileEvaluation(), settings);
  const metrics = await evaluateBest(evaluator, data, outcome.model, context).finally(() => evaluator.close());
  return {
    metrics: { ...trainMetrics(outcome.best), ...metrics },
    samplesPerSecond: outcome.samplesPerSecond,
    bestEpoch: outcome.best.epoch,
    stoppedEarly: outcome.stoppedEarly,
    parameterCount,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function loadData(params: TrainParams, context: JobContext, resuming: boolean): Promise<TrainingData> {
  const { blobs, manifest, runFolder, settings } = params;
  context.progress({ stage: 'reading', unit: 'samples', done: 0, total: manifest.samples });
  await context.pause();
  // A resumed run keeps the encoder it began with.
  const indexed = takesIndices(architectureOf(settings.architecture));
  const data = await loadTrainingData(blobs, manifest, resuming ? readEncoder(runFolder) : undefined, { indexed });
  if (!resuming) writeAtomically(encoderPath(runFolder), [Buffer.from(JSON.stringify(data.encoder))]);
  await context.pause();
  return data;
}

function trainingTask(
  { settings, runFolder }: TrainParams,
  data: TrainingData,
  forward: ForwardModel,
  last: Checkpoint | null,
): TrainingTask {
  const loss = lossOf(data.encoder);
  return {
    compile: (options) =>
      compileTrainingStep(forward, {
        ...options,
        loss,
        optimizer: { kind: settings.optimizer, weightDecay: settings.weightDecay },
        device: settings.device,
      }),
    compileEvaluation: () => compileEvaluation(forward, { loss, device: settings.device }),
    train: data.splits.train,
    validation: data.splits.validation,
    goal: goalOf(data),
    settings,
    ...rateByName(settings.schedule, settings.learningRate, stepsOf(settings, data)),
    runFolder,
    from: last ? { last, best: readCheckpoint(checkpointPath(runFolder, 'best')) } : undefined,
  };
}

/** Where a single sample moves the accuracy by more than a tenth of a percent, luck would choose the best checkpoint: the loss tells more. */
const enoughToCount = 1_000;
const goalOf = ({ task, splits }: TrainingData): TrainingTask['goal'] =>
  task === 'classification' && (splits.validation.count === 0 || splits.validation.count >= enoughToCount)
    ? 'accuracy'
    : 'loss';

/** All steps of the run: the last batch of an epoch may be smaller, and is a step. */
const stepsOf = ({ epochs, batchSize }: TrainSettings, { splits }: TrainingData): number =>
  epochs * Math.ceil(splits.train.count / batchSize);

async function evaluateBest(
  evaluator: Evaluator,
  data: TrainingData,
  model: ModelValues,
  context: JobContext,
): Promise<Record<string, number>> {
  const splits = (['validation', 'test'] as const).filter((split) => data.splits[split].count > 0);
  const total = splits.reduce((sum, split) => sum + data.splits[split].count, 0);
  const metrics: Record<string, number> = {};
  let done = 0;
  for (const split of splits) {
    context.progress({ stage: 'evaluating', unit: 'samples', done, total });
    const samples = data.splits[split];
    const result = await evaluator.evaluate(samples, model, { predictions: true, pause: () => context.pause() });
    const predictions = inTargetUnit(data.encoder, result.predictions ?? new Float32Array());
    Object.assign(metrics, splitMetrics(split, data.encoder, samples.y, { predictions, loss: result.loss }).metrics);
    done += samples.count;
  }
  context.progress({ stage: 'evaluating', unit: 'samples', done, total });
  return metrics;
}

const trainMetrics = ({ train }: Best): Record<string, number> => ({
  'train/loss': train.loss,
  ...(train.accuracy === null ? {} : { 'train/accuracy': train.accuracy }),
});
