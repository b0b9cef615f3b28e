import type { Manifest } from '../shared/dataset.ts';
import type { RunOrigin, RunSummary, Stretch, TrainSettings } from '../shared/run.ts';

/** The JSON that commands write: snake_case keys, ids as text, times as ISO 8601. Fields are only ever added. */

export function runJson(run: RunSummary): Record<string, unknown> {
  return {
    run: run.id,
    name: run.name,
    status: run.status,
    dataset: run.dataset,
    dataset_name: run.datasetName,
    version: run.version,
    version_number: run.versionNumber,
    task: run.task,
    settings: run.origin === null ? settingsJson(run.settings) : run.settings,
    metrics: run.metrics,
    best_epoch: run.bestEpoch,
    stopped_early: run.stoppedEarly,
    parameters: run.parameterCount,
    samples_per_second: run.samplesPerSecond,
    created_at: iso(run.createdAt),
    started_at: iso(run.startedAt),
    finished_at: iso(run.finishedAt),
    error: run.error,
    fallback: run.fallback,
    notes: run.notes,
    tags: run.tags,
    archived: run.archived,
    origin: run.origin && originJson(run.origin),
  };
}

const originJson = ({ format, path, experiment, identity, at, by }: RunOrigin): Record<string, unknown> => ({
  format,
  path,
  experiment,
  identity,
  imported_at: iso(at),
  imported_by: by,
});

/** Named as the options of `atelier train` are. */
export function settingsJson(settings: TrainSettings): Record<string, unknown> {
  return {
    architecture: settings.architecture,
    set: settings.architectureSettings,
    epochs: settings.epochs,
    batch: settings.batchSize,
    optimizer: settings.optimizer,
    lr: settings.learningRate,
    schedule: settings.schedule,
    weight_decay: settings.weightDecay,
    seed: settings.seed,
    device: settings.device,
    threads: settings.threads,
    patience: settings.patience,
    augment: settings.augment ?? {},
    ...(settings.synonyms ? { synonyms: settings.synonyms } : {}),
    loss: settings.loss ?? null,
    focal_gamma: settings.focalGamma ?? null,
    huber_delta: settings.huberDelta ?? null,
    label_smoothing: settings.labelSmoothing ?? null,
    class_weights: settings.classWeights ?? null,
    clip_norm: settings.clipNorm ?? null,
    accumulate: settings.accumulate ?? null,
    average: settings.average ?? null,
    warmup: settings.warmup ?? null,
    ...(settings.precision ? { precision: settings.precision } : {}),
    ...(settings.keepBest ? { keep_best: settings.keepBest } : {}),
    ...(settings.keepEvery ? { keep_every: settings.keepEvery } : {}),
    ...(settings.norms ? { norms: true } : {}),
    ...(settings.stretches ? { stretches: settings.stretches.map(stretchJson) } : {}),
    cross_validation: settings.part
      ? { name: settings.part.name, fold: settings.part.fold + 1, folds: settings.part.folds }
      : null,
  };
}

const stretchJson = ({ step, epoch, epochsBefore, learningRate, schedule }: Stretch): Record<string, unknown> => ({
  step,
  epoch,
  epochs_before: epochsBefore,
  lr: learningRate,
  schedule,
});

/** What a run was asked to do, on one level. */
export function runSettings(run: RunSummary): Record<string, string> {
  if (run.origin === null) return flatSettings(run.settings);
  return Object.fromEntries(Object.entries(run.settings).map(([key, value]) => [key, String(value)]));
}

/** The same on one level, for tables: hidden, epochs, batch … */
function flatSettings(settings: TrainSettings): Record<string, string> {
  const {
    set,
    augment,
    class_weights: weights,
    stretches: _stretches,
    cross_validation: _part,
    ...rest
  } = settingsJson(settings);
  const { part } = settings;
  const amounts = (of: object): string =>
    Object.entries(of)
      .map(([name, amount]) => `${name}=${amount}`)
      .join(' ');
  const stretches = (settings.stretches ?? []).map(
    (one) => `from ${one.epoch}: ${one.schedule} from ${one.learningRate}`,
  );
  const flat = {
    ...rest,
    augment: amounts(augment as object),
    class_weights: weights !== null && typeof weights === 'object' ? amounts(weights) : weights,
    ...(stretches.length > 0 ? { added: stretches.join('; ') } : {}),
    fold: part ? `${part.fold + 1}/${part.folds} of ${part.name}` : null,
    ...(set as object),
  };
  // What is null is as usual.
  const told = Object.entries(flat).filter(([, value]) => value !== null);
  return Object.fromEntries(told.map(([key, value]) => [key, String(value)]));
}

export function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** What there is to learn in a version. */
export const contentJson = ({ target, task, classes, columns }: Manifest): Record<string, unknown> => ({
  target,
  task,
  class_counts: Object.fromEntries(classes.map((each) => [each.name, each.count])),
  columns: columns.map(({ name, type, role, missing, distinct }) => ({ name, type, role, missing, distinct })),
});
