import { mkdirSync } from 'node:fs';
import { architectureOf, audioOptionsOf, takesIndices, textOptionsOf } from '../../architectures/index.ts';
import { compileEvaluation, compileTrainingStep } from '../../autodiff/compile.ts';
import type { LossSpec, OptimizerSpec, Precision, TrainingOptions, UpdateOptions } from '../../autodiff/types.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import { loadTrainingData, type TrainingData } from '../../datasets/training-data.ts';
import { channelBlock } from '../../runtime/channel-block.ts';
import { tryHalf } from '../../runtime/device.ts';
import { clearCheckpoints, type Best, type Checkpoint } from '../../runtime/checkpoint.ts';
import { gpuGaugeHere } from '../../runtime/device.ts';
import { Evaluator, type ModelValues } from '../../runtime/evaluate.ts';
import { processMemory } from '../../runtime/memory.ts';
import { RunLog } from '../../runtime/run-log.ts';
import { PausedTraining, train, type TrainingTask } from '../../runtime/training-loop.ts';
import { versions } from '../../runtime/versions.ts';
import { mixes } from '../../shared/augment/kinds.ts';
import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { TrainParams, TrainResult } from '../../shared/work/train.ts';
import { resolvedPositiveWeights, resolvedWeights } from '../../shared/learning.ts';
import type { TrainSettings } from '../../shared/run.ts';
import { Paused, type JobContext } from '../port/job-port.ts';
import { augmenter, synonymsOf } from './augmenter.ts';
import { EpochPictures } from './epoch-pictures.ts';
import { EpochPredictions } from './epoch-predictions.ts';
import { EpochTexts } from './epoch-texts.ts';
import { ganLoss, netOf, type Net } from './forward.ts';
import { noteLook } from './kept-answers.ts';
import { measureExport } from './measure-export.ts';
import { ratesOf } from './rates.ts';
import { bestBeside, checkpointToGoOn, sweepParts } from './resume-from.ts';
import { readEncoder, writeClassWeights, writeEncoder } from './run-files.ts';
import { workOf } from './tasks/index.ts';

/** A whole run: loads and encodes the data, trains, evaluates the best checkpoint, and writes all of it to the run folder on the way. */
export async function trainRun(params: TrainParams, context: JobContext): Promise<TrainResult> {
  mkdirSync(params.runFolder, { recursive: true });
  const log = new RunLog(params.runFolder);
  try {
    const result = await work(params, context, log);
    log.write({ type: 'finished', at: Date.now(), result });
    return result;
  } catch (error) {
    const paused = error instanceof PausedTraining || error instanceof Paused;
    if (context.cancelled()) log.write({ type: 'cancelled', at: Date.now() });
    else if (paused) log.write({ type: 'paused', at: Date.now() });
    else log.write({ type: 'failed', at: Date.now(), error: errorFacts(error) });
    throw paused ? new Paused() : error;
  } finally {
    log.close();
  }
}

async function work(params: TrainParams, context: JobContext, log: RunLog): Promise<TrainResult> {
  const { settings, runFolder } = params;
  sweepParts(runFolder);
  const last = params.resume ? checkpointToGoOn(params) : null;
  if (!last) clearCheckpoints(runFolder);
  const data = await loadData(params, context, last !== null);
  const classWeights = classWeightsOf(settings, data);
  if (classWeights) writeClassWeights(runFolder, classWeights);
  const net = netOf(settings, data.encoder, classWeights);
  const { parameterCount } = net;
  log.write({
    type: 'start',
    run: params.run,
    at: Date.now(),
    step: last?.position.step ?? 0,
    settings,
    data: {
      task: net.task,
      classes: data.classes,
      samples: { ...params.manifest.splits },
      blobs: { ...params.manifest.blobs },
    },
    parameterCount,
    versions: versions(params.appVersion),
  });

  const task = await trainingTask(params, data, net, last);
  const warn = (error: Error) => {
    const message = `Not saved: ${error.message}. Training goes on, and tries again; free some space.`;
    context.post({ type: 'warning', warning: { code: 'checkpoint_not_saved', message, details: [] } });
  };
  const pictures = await EpochPictures.open(runFolder, net, data, settings, last !== null);
  const predictions = EpochPredictions.open(runFolder, net, data, settings, last !== null);
  const texts = EpochTexts.open(runFolder, data, settings, last !== null);
  const gauge = await gpuGaugeHere(settings.device);
  const outcome = await train(gauge ? { ...task, gpu: () => gauge.read() } : task, {
    points(points) {
      context.post({ type: 'metrics', points });
      log.metrics(points);
    },
    progress: (done, total) => context.progress({ stage: 'training', unit: 'samples', done, total }),
    best({ epoch, step }) {
      // One that was stopped in its midst counts as the epoch it is.
      context.post({ type: 'best', epoch: Math.ceil(epoch), parameterCount });
      log.write({ type: 'best', epoch, step });
    },
    async epoch(epoch, model) {
      try {
        await pictures?.draw(epoch, model);
        await predictions?.write(epoch, model);
        await texts?.write(epoch, model, () => context.pause());
      } catch (error) {
        // A picture that finds no room is no reason to lose what is trained.
        if (!isFileError(error)) throw error;
        warn(error);
      }
    },
    notSaved(error) {
      if (error) warn(error);
    },
    pause: () => context.pause(),
    stopRequested: () => context.stopRequested(),
    pauseRequested: () => context.pauseRequested(),
  }).finally(async () => {
    gauge?.close();
    await predictions?.close();
    await pictures?.close();
  });

  const evaluator = await Evaluator.open(task.compileEvaluation(), settings);
  const metrics = await evaluateBest(evaluator, net, data, outcome.model, context).finally(() => evaluator.close());
  if (settings.measureExport) Object.assign(metrics, await measureExport(params, data, metrics, context));
  // From now on the test split's figures stand in every table: it has been looked at.
  if (data.splits.test.count > 0) noteLook(runFolder, 'training');
  return {
    metrics: { ...trainMetrics(outcome.best), ...metrics },
    samplesPerSecond: outcome.samplesPerSecond,
    bestEpoch: Math.ceil(outcome.best.epoch),
    stoppedEarly: outcome.stoppedEarly,
    parameterCount,
    peakMemoryBytes: processMemory().peak,
  };
}

export async function loadData(params: TrainParams, context: JobContext, resuming: boolean): Promise<TrainingData> {
  const { blobs, manifest, runFolder, settings } = params;
  context.progress({ stage: 'reading', unit: 'samples', done: 0, total: manifest.samples });
  await context.pause();
  // A resumed run keeps the encoder it began with.
  const template = architectureOf(settings.architecture);
  const options = {
    indexed: takesIndices(template),
    target: template.learns === 'target',
    text: textOptionsOf(template, settings.architectureSettings),
    audio: audioOptionsOf(template, settings.architectureSettings),
  };
  const encoding = manifest.kind === 'audio' ? 'encoding' : 'tokenizing';
  const data = await loadTrainingData(blobs, manifest, resuming ? readEncoder(runFolder) : undefined, options, {
    progress: (done, total) => context.progress({ stage: encoding, unit: 'samples', done, total }),
    signal: context.signal,
  });
  if (!resuming) writeEncoder(runFolder, data.encoder);
  await context.pause();
  // Nothing is trained yet that would have to be saved.
  if (context.pauseRequested()) throw new Paused();
  return data;
}

/** What each class counts, of the training split; undefined where all count the same. */
export const classWeightsOf = (
  { classWeights }: TrainSettings,
  { classes, splits, task }: TrainingData,
): number[] | undefined =>
  classWeights &&
  (task === 'multi-label' ? resolvedPositiveWeights : resolvedWeights)(classWeights, classes, splits.train.y);

export async function trainingTask(
  params: TrainParams,
  data: TrainingData,
  net: Net,
  last: Checkpoint | null,
): Promise<TrainingTask> {
  const { settings, runFolder, run, version, manifest } = params;
  const { architectureSettings } = settings;
  const machine = await machineOptions(settings);
  const precision = await precisionOf(settings);
  const { goal, score, silent } = workOf(net.task);
  const { train, validation } = data.splits;
  type Options = Pick<TrainingOptions, 'stepsPerCall' | 'batchSize' | 'usualBatch' | 'held' | 'prediction'>;
  const step = (forward: ForwardModel, loss: LossSpec, options: Options) =>
    compileTrainingStep(forward, {
      ...options,
      loss,
      optimizer: optimizerOf(settings),
      update: updateOf(settings),
      precision,
      ...machine,
    });
  // The last batch of an epoch may be smaller, and is a step.
  const stepsPerEpoch = Math.ceil(train.count / settings.batchSize);
  const rate = (start: number) => ratesOf(settings, stepsPerEpoch, start);
  const common = {
    compileEvaluation: () => compileEvaluation(net.forward, { ...net, ...machine, prediction: !silent }),
    train,
    augment: augmenter(settings, data, await synonymsOf(settings, params, data)),
    renew: train.renew && ((epoch: number) => train.renew!(settings.seed, epoch)),
    validation,
    goal: goal(validation.count, settings),
    score,
    settings,
    patientFrom: settings.stretches?.at(-1)?.epoch,
    ...rate(settings.learningRate),
    runFolder,
    origin: { run, version: version ?? null, blobs: { ...manifest.blobs }, code: versions(params.appVersion) },
    from: last ? { last, best: bestBeside(runFolder, run) } : undefined,
  };
  const loss: LossSpec =
    mixes(settings.augment) && net.loss.kind === 'cross-entropy' ? { ...net.loss, mixed: true } : net.loss;
  if (!net.players) return { ...common, compile: (options) => step(net.forward, loss, options) };

  const { discriminator, adversary, generator } = net.players;
  const rates = rate(architectureSettings.discriminatorRate as number);
  if (!('rate' in rates)) throw new AtelierError('internal', 'Two players have no validation loss to go by.');
  return {
    ...common,
    compile: (options) =>
      step(adversary, ganLoss('generator', architectureSettings.loss), { ...options, held: discriminator.parameters }),
    discriminator: {
      compile: () => step(discriminator, net.loss, { stepsPerCall: 1, held: generator.parameters, prediction: true }),
      rate: rates.rate,
    },
  };
}

/** What the compiler is to know of this machine. */
async function machineOptions({
  device,
  threads,
}: TrainSettings): Promise<Pick<TrainingOptions, 'device' | 'channelBlock' | 'threads'>> {
  return { device, threads, channelBlock: device === 'cpu' ? await channelBlock() : undefined };
}

/** Errors: no_half_precision. Going on from a checkpoint on the processor is not refused: what it trained there is not lost. */
async function precisionOf({ device, precision }: TrainSettings): Promise<Precision | undefined> {
  if (precision === 'mixed' && device !== 'cpu') await tryHalf(device);
  return precision;
}

/** An architecture may have its own say about how quickly the gradient's average forgets. */
function optimizerOf({ optimizer, weightDecay, architectureSettings: { beta1 } }: TrainSettings): OptimizerSpec {
  return { kind: optimizer, weightDecay, ...(typeof beta1 === 'number' ? { beta1 } : {}) };
}

const updateOf = ({ clipNorm, accumulate, average, norms }: TrainSettings): UpdateOptions => ({
  // Who clips has the gradient's norm anyway.
  metrics: norms ? ['gradient_norm', 'update_norm'] : clipNorm !== undefined ? ['gradient_norm'] : [],
  clipNorm,
  accumulate,
  // From the first updates on it is of some use: short runs end before it has forgotten how they began.
  ...(average !== undefined && { average: { decay: average, warmup: true } }),
});

async function evaluateBest(
  evaluator: Evaluator,
  { task }: Net,
  data: TrainingData,
  model: ModelValues,
  context: JobContext,
): Promise<Record<string, number>> {
  const work = workOf(task);
  const splits = (['validation', 'test'] as const).filter((split) => data.splits[split].count > 0);
  const total = splits.reduce((sum, split) => sum + data.splits[split].count, 0);
  const metrics: Record<string, number> = {};
  let done = 0;
  for (const split of splits) {
    context.progress({ stage: 'evaluating', unit: 'samples', done, total });
    const samples = data.splits[split];
    const { collect } = work;
    const { loss, accuracy, collected } = await evaluator.evaluate(samples, model, {
      collect,
      pause: () => context.pause(),
    });
    const answers = work.answers(data.encoder, collected);
    Object.assign(metrics, work.measure(split, data.encoder, samples, { answers, loss, accuracy }).metrics);
    done += samples.count;
  }
  context.progress({ stage: 'evaluating', unit: 'samples', done, total });
  return metrics;
}

const isFileError = (error: unknown): error is Error =>
  error instanceof Error && ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');

const trainMetrics = ({ train }: Best): Record<string, number> =>
  Object.fromEntries(Object.entries(train).map(([key, value]) => [`train/${key}`, value]));
