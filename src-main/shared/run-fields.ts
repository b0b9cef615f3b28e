import { editDistance } from './near-names.ts';
import type { ImportedRun, RunSummary, SettingValue, TrainSettings } from './run.ts';

/** What can be asked of a run by name, in filters, columns and groups: facts, settings (`learning_rate`) and metrics (`test/accuracy`). */

export const runFacts = [
  'name',
  'id',
  'status',
  'dataset',
  'version',
  'task',
  'tags',
  'notes',
  'created',
  'started',
  'finished',
  'duration',
  'parameters',
  'samples_per_second',
  'best_epoch',
  'stopped_early',
  'error',
  'archived',
  'source',
  'experiment',
  'imported',
] as const;
export type RunFact = (typeof runFacts)[number];

/** `key` is as it stands in the run: a fact's name, a setting's (`learningRate`), a metric's. */
export type RunField =
  { kind: 'fact'; key: RunFact } | { kind: 'setting'; key: string } | { kind: 'metric'; key: string };

export type FieldValue = SettingValue | readonly string[] | undefined;

/** As names are told apart: `learning-rate`, `learning_rate` and `learningRate` are one. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '');

/** The names that the command line has for settings of the training itself. */
const settingNames: Readonly<Record<string, string>> = {
  batch: 'batchSize',
  lr: 'learningRate',
};

const trainingKeys = [
  ...['architecture', 'epochs', 'batchSize', 'optimizer', 'learningRate', 'schedule', 'weightDecay', 'seed', 'device'],
  ...['threads', 'patience', 'loss', 'labelSmoothing', 'clipNorm', 'accumulate', 'warmup'],
] as const satisfies readonly (keyof TrainSettings)[];
const byPlainName = new Map<string, string>([
  ...trainingKeys.map((key) => [plainName(key), key] as const),
  ...Object.entries(settingNames),
]);

/** The setting of every training that goes by this name; undefined where it is none. */
export const trainingKey = (name: string): string | undefined => byPlainName.get(plainName(name));

/** A setting as it is typed: `learningRate` → `learning_rate`. */
export const settingName = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** How a field is typed where it means nothing else. */
export const fieldName = ({ kind, key }: RunField): string => (kind === 'setting' ? settingName(key) : key);
export const fieldId = ({ kind, key }: RunField): string => `${kind}.${key}`;

/** All that was asked of a run on one level; what the training itself is told goes before a net's setting of the same name. */
export function allSettings(settings: TrainSettings | ImportedRun['settings']): Record<string, SettingValue> {
  if (!isTrainSettings(settings)) return { ...settings };
  const { architectureSettings, augment = {}, classWeights, stretches = [], part, ...rest } = settings;
  // What is measured when all is trained tells no two runs apart.
  const { measureExport: _measured, ...training } = rest;
  const amounts = Object.entries(augment).map(([kind, amount]) => [`augment.${kind}`, amount] as const);
  const weights = weightsText(classWeights);
  const added = stretches.map(({ epoch, schedule, learningRate }) => `from ${epoch}: ${schedule} ${learningRate}`);
  return {
    ...architectureSettings,
    ...Object.fromEntries(amounts),
    ...training,
    ...(weights === undefined ? {} : { classWeights: weights }),
    ...(part && { fold: `${part.fold + 1}/${part.folds}` }),
    ...(added.length === 0 ? {} : { stretches: added.join('; ') }),
  };
}

/** What an imported run was told is on one level. */
const isTrainSettings = (settings: TrainSettings | ImportedRun['settings']): settings is TrainSettings =>
  typeof settings.architectureSettings === 'object';

/** Class weights as they are typed: `balanced`, or `cat=2 dog=1`. */
function weightsText(weights: TrainSettings['classWeights']): string | undefined {
  if (weights === undefined || typeof weights === 'string') return weights;
  return Object.entries(weights)
    .map(([name, weight]) => `${name}=${weight}`)
    .join(' ');
}

/** The fields that runs have, by what people may type for them. */
export class RunFields {
  readonly settings: readonly string[];
  readonly metrics: readonly string[];
  readonly #byName = new Map<string, RunField>();

  constructor(settings: Iterable<string>, metrics: Iterable<string>) {
    this.settings = [...settings];
    this.metrics = [...metrics];
    // What comes later goes before: a metric called "epochs" has to be asked for as metric.epochs.
    for (const key of this.metrics) this.#enter({ kind: 'metric', key });
    for (const key of this.settings) this.#enter({ kind: 'setting', key });
    for (const [name, key] of Object.entries(settingNames)) {
      if (this.settings.includes(key)) this.#byName.set(name, { kind: 'setting', key });
    }
    for (const key of runFacts) this.#enter({ kind: 'fact', key });
    this.#byName.set('tag', { kind: 'fact', key: 'tags' });
  }

  #enter(field: RunField): void {
    this.#byName.set(plainName(field.key), field);
    this.#byName.set(plainName(fieldId(field)), field);
  }

  find(name: string): RunField | undefined {
    return this.#byName.get(plainName(name));
  }

  /** All names, as they are offered. */
  get names(): string[] {
    return [...runFacts, ...this.settings.map(settingName), ...this.metrics];
  }

  /** The name most like one that there is not, where one is like it. */
  nearest(name: string): string | undefined {
    return nearestName(name, this.names);
  }
}

/** Of these the one most like a name that there is not, where one is like it. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = plainName(name);
  let best: { name: string; distance: number } | undefined;
  for (const each of names) {
    const distance = editDistance(wanted, plainName(each), 3);
    if (distance <= Math.min(2, wanted.length / 3) && distance < (best?.distance ?? Infinity))
      best = { name: each, distance };
  }
  return best?.name;
}

/** A run with its settings on one level and whatever of its metrics is at hand. */
export interface FieldRun {
  run: Omit<RunSummary, 'settings' | 'metrics'>;
  settings: Readonly<Record<string, SettingValue>>;
  metric(key: string): number | undefined;
}

export function fieldValue({ run, settings, metric }: FieldRun, field: RunField, now = Date.now()): FieldValue {
  if (field.kind === 'setting') return Object.hasOwn(settings, field.key) ? settings[field.key] : undefined;
  if (field.kind === 'metric') return metric(field.key);
  switch (field.key) {
    case 'name':
    case 'id':
    case 'status':
    case 'notes':
    case 'tags':
    case 'archived':
      return run[field.key];
    case 'task':
      return run.task ?? undefined;
    case 'dataset':
      return run.datasetName || undefined;
    case 'version':
      return run.versionNumber ?? undefined;
    case 'created':
      return run.createdAt;
    case 'started':
      return run.startedAt ?? undefined;
    case 'finished':
      return run.finishedAt ?? undefined;
    case 'duration':
      return run.startedAt === null ? undefined : ((run.finishedAt ?? now) - run.startedAt) / 1000;
    case 'parameters':
      return run.parameterCount ?? undefined;
    case 'samples_per_second':
      return run.samplesPerSecond ?? undefined;
    case 'best_epoch':
      return run.bestEpoch ?? undefined;
    case 'stopped_early':
      return run.stoppedEarly;
    case 'error':
      return run.error?.code;
    case 'source':
      return run.origin?.format;
    case 'experiment':
      return run.origin?.experiment || undefined;
    case 'imported':
      return run.origin?.at;
  }
}

export const isMoment = (field: RunField): boolean =>
  field.kind === 'fact' && ['created', 'started', 'finished', 'imported'].includes(field.key);
