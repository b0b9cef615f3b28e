import type { DatasetId, ExportId, JobId, RunId, VersionId } from './ids.ts';
import type { Augmentation } from './augment/kinds.ts';
import type { SynonymsRef } from './augment/synonyms.ts';
import type { SplitName } from './dataset.ts';
import type { InputKind } from './input-kinds.ts';
import type { LearningSettings } from './learning.ts';
import type { Learning, Task } from './task.ts';

/** What one training is asked to do, what it reports while it goes, and what it leaves. */

export const optimizerNames = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'rmsprop',
  'adam',
  'adamw',
  'adamax',
  'nadam',
  'lamb',
  'lion',
] as const;
export type OptimizerName = (typeof optimizerNames)[number];
export type DeviceName = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';
/** `auto`: the fastest that passed its test on this machine. */
export type DeviceChoice = 'auto' | DeviceName;

/** How the learning rate goes over the run; `plateau` follows the validation loss, the others the steps. */
export const scheduleNames = [
  'cosine',
  'linear',
  'polynomial',
  'exponential',
  'step',
  'one-cycle',
  'plateau',
  'constant',
] as const;
export type ScheduleName = (typeof scheduleNames)[number];

export type SettingValue = number | string | boolean;

/** Everything that decides a run's outcome besides the data: with the same thread count, CPU runs repeat bit for bit. */
export interface TrainSettings extends LearningSettings {
  architecture: string;
  /** The architecture's own settings, complete (defaults filled in). */
  architectureSettings: Record<string, SettingValue>;
  epochs: number;
  batchSize: number;
  optimizer: OptimizerName;
  learningRate: number;
  schedule: ScheduleName;
  /** Decoupled for AdamW and Lion, LAMB's own kind for LAMB, else L2. */
  weightDecay: number;
  seed: number;
  device: DeviceName;
  /** ONNX Runtime intra-op threads. */
  threads: number;
  /** Epochs without a better validation metric before the run stops by itself; 0 never. */
  patience: number;
  /** What is done to the training samples, anew each epoch; nothing where it is missing. */
  augment?: Augmentation;
  /** The list for `word-synonym`; there exactly where that is. */
  synonyms?: SynonymsRef;
  /** Of a cross-validation. It changes nothing: which fold it is tested on is the version's. */
  part?: FoldOf;
  /** Checkpoints kept besides the best and the last, of no effect on the outcome: so many of the best in all, and every nth epoch's. */
  keepBest?: number;
  keepEvery?: number;
  /** How large gradients are and how far updates move is measured at each step, of no effect on the outcome. */
  norms?: boolean;
  /** At the end the size and speed of the exported file are among its metrics; of no effect on the outcome. */
  measureExport?: boolean;
  /** Epochs that were added after the run had ended; "epochs" counts them all. */
  stretches?: Stretch[];
}

/** More epochs of the same run, over which the learning rate goes anew. */
export interface Stretch {
  /** Steps and whole epochs done before it. */
  step: number;
  epoch: number;
  /** The epochs that the run was to have before these were added. */
  epochsBefore: number;
  /** What it begins with (or comes to, by a schedule that warms up). */
  learningRate: number;
  /** Over the stretch alone. */
  schedule: StretchSchedule;
}
/** A rate that follows the loss has no beginning to be set back to. */
export const stretchSchedules = [
  'cosine',
  'constant',
  'linear',
  'one-cycle',
  'polynomial',
  'exponential',
  'step',
] as const satisfies readonly Exclude<ScheduleName, 'plateau'>[];
export type StretchSchedule = (typeof stretchSchedules)[number];

/** What is asked for: the run's own rate and schedule where left out, and of one that followed the loss its last rate. */
export interface AddedEpochs {
  epochs: number;
  learningRate?: number;
  schedule?: StretchSchedule;
}
export const mostEpochs = 10_000;

/**
 * A training whose loss is no number any more. As a run repeats bit for bit, it would come to the same end from any of its checkpoints: it
 * is not gone on with as it was, but at another rate.
 */
export const hasDiverged = ({ error }: { error: { code: string } | null }): boolean => error?.code === 'diverged';

/** Runs of a list that go to the window at once. */
export const runsOfPage = 200;

/** The rate that the last stretch of a run began with. */
export const latestRate = ({ learningRate, stretches }: Pick<TrainSettings, 'learningRate' | 'stretches'>): number =>
  stretches?.at(-1)?.learningRate ?? learningRate;

/** What to try first after that: a tenth, which is what people search rates by. */
export const lowerRate = (rate: number): number => Number((rate / 10).toPrecision(6));

/** A file in a run's `checkpoints` folder. */
export interface CheckpointInfo {
  /** `last`, `best`, … */
  name: string;
  bytes: number;
  savedAt: number;
  /** Steps and whole epochs done; null where its header cannot be read. */
  step: number | null;
  epoch: number | null;
}

/** One of the runs that make a cross-validation. */
export interface FoldOf {
  /** What they have in common. */
  name: string;
  /** From 0. */
  fold: number;
  folds: number;
}

/** A field of a settings form; labels and help are messages keyed by `key`. `only`: for data taken so, of no effect on others. */
export type SettingField = { advanced?: boolean; only?: InputKind } & (
  | {
      key: string;
      kind: 'integer' | 'number';
      default: number;
      min: number;
      max: number;
      log?: boolean;
    }
  | { key: string; kind: 'choice'; default: string; choices: readonly string[] }
  | { key: string; kind: 'boolean'; default: boolean }
  /** One of the choices, or a tokenizer.json (see `TokenizerRef`). */
  | { key: string; kind: 'tokenizer'; default: string; choices: readonly string[] }
  /** Comma-separated positive integers, e.g. layer widths "128,64". */
  | { key: string; kind: 'integers'; default: string; min: number; max: number; maxLength: number }
);

export interface ArchitectureInfo {
  id: string;
  /** What it takes of the data: any of these. */
  inputs: InputKind[];
  learns: Learning;
  fields: SettingField[];
  /** Training defaults that suit it. */
  training: Pick<TrainSettings, 'epochs' | 'batchSize' | 'optimizer' | 'learningRate'>;
}

/** A run's device failed in mid-run; it went on from its last checkpoint on the processor. */
export interface Fallback {
  from: DeviceName;
  reason: { code: string; message: string };
}

/** `paused`: it waits, perhaps with a part of its epochs done, and does not begin until it is resumed. */
export type RunStatus = 'queued' | 'paused' | 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';

/** Keys are `<split>/<metric>` (train/loss, validation/accuracy, test/accuracy …) or `system/<what>`. */
export interface MetricPoint {
  key: string;
  /** Optimizer steps done so far. */
  step: number;
  /** Epochs done so far, fractional. */
  epoch: number;
  value: number;
  /** Seconds since training began. */
  time: number;
}

interface RunFacts {
  id: RunId;
  name: string;
  status: RunStatus;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** Last or best value per key: final metrics come from the best checkpoint. */
  metrics: Record<string, number>;
  parameterCount: number | null;
  samplesPerSecond: number | null;
  /** The best checkpoint so far, by validation loss or accuracy; null before the first epoch ends. */
  bestEpoch: number | null;
  stoppedEarly: boolean;
  error: { code: string; message: string } | null;
  fallback: Fallback | null;
  job: JobId | null;
  notes: string;
  /** In order, each once. */
  tags: string[];
  archived: boolean;
}

/** A run that was trained here. */
export interface TrainedRun extends RunFacts {
  origin: null;
  dataset: DatasetId;
  datasetName: string;
  version: VersionId;
  versionNumber: number;
  task: Task;
  settings: TrainSettings;
}

/** A run that another program, or another workspace, wrote down: it is compared like any other, but has neither data nor weights here. */
export interface ImportedRun extends RunFacts {
  origin: RunOrigin;
  dataset: null;
  /** What its source calls its data; '' where it does not say. */
  datasetName: string;
  version: null;
  versionNumber: null;
  task: null;
  /** As its source names them. */
  settings: Readonly<Record<string, SettingValue>>;
}

export type RunSummary = TrainedRun | ImportedRun;

/** Where an imported run comes from. */
export interface RunOrigin {
  format: RunSourceFormat;
  /** The same for the same run, wherever its files lie: by it an import knows what is here already. */
  identity: string;
  /** The folder or file that it was read from. */
  path: string;
  /** The group that its source keeps it in, such as an MLflow experiment; '' where there is none. */
  experiment: string;
  /** When it was last imported, and by which user of the machine. */
  at: number;
  by: string;
  /** SHA-256 of what was read: whether the source has more by now. '' where it was not read whole. */
  digest: string;
  /** Of what was imported of it before, so that an older copy is known again. */
  earlier?: string[];
  /** How many points of curves there were. */
  points?: number;
}
export type RunSourceFormat = 'mlflow' | 'jsonl' | 'tensorboard';

/** A run as lists have it: settings as the JSON they are stored as, and of its metrics the usual ones alone. */
export type RunListing = (Omit<TrainedRun, 'settings'> | Omit<ImportedRun, 'settings'>) & { settings: string };

/** Of several runs together: said run by run, the keys of thousands would take longer to send than to find. */
export interface CurvesFound {
  /** In order of the alphabet. */
  keys: string[];
  /** How many the training split of each run's data has, in the order of the runs asked for; null where that is not known. */
  trainSamples: (number | null)[];
}

/** All metrics of some runs: of run i the values from `ends[i - 1]` (0 for the first) to before `ends[i]`. */
export interface MetricTable {
  runs: RunId[];
  ends: Uint32Array;
  /** The names that any of them has. */
  names: string[];
  /** For each value the place of its name. */
  places: Uint32Array;
  values: Float64Array;
}

/** One metric of many runs: null where a run has none of it. */
export interface MetricColumn {
  key: string;
  runs: RunId[];
  values: (number | null)[];
}

export interface MetricSeries<Column extends ArrayLike<number> = number[]> {
  run: RunId;
  key: string;
  steps: Column;
  epochs: Column;
  values: Column;
  times: Column;
  /** How many points are stored. */
  total: number;
  /** 1: every point is here. More: of each such many stored points only the least and the greatest are. */
  sampledEvery: number;
}

/** An input of an exported file that is taken after a step of the recipe (from 1, of those that are on). */
export interface StepBefore {
  input: string;
  column: string;
  step: number;
  kind: string;
}

export interface ExportRecord {
  id: ExportId;
  run: RunId;
  createdAt: number;
  /** File name inside the workspace's exports folder, for showing. */
  fileName: string;
  path: string;
  bytes: number;
  sha256: string;
  /** The tokenizer.json beside it, where the file takes tokens instead of texts. */
  tokenizer: string | null;
  /** A language model's: the folder that holds the file, its tokenizer and its configuration; `fileName` is its name. */
  folder: string | null;
  /** Of a recipe the steps that whoever uses the file has to do first; none where all are inside. */
  stepsBefore: StepBefore[];
  parity: Parity;
}

/** The file of a language model within the folder that it is exported as, laid out as Hugging Face's are; and the folder of such a file. */
export const languageFile = ['onnx', 'model.onnx'] as const;
export const exportFolder = (path: string): string => path.replace(/[\\/]onnx[\\/]model\.onnx$/, '');

/** Where an exported file's tokenizer.json lies: beside it, under its name; of a folder, at its top. */
export const tokenizerFile = (path: string, folder: string | null = null): string =>
  folder === null ? `${path.replace(/\.onnx$/i, '')}.tokenizer.json` : `${folder}/tokenizer.json`;

/** The exported file, opened again in a plain session and run on raw samples (or noise), against what the run itself says. */
export interface Parity {
  samples: number;
  /** Null: generated ones. */
  split: SplitName | null;
  /**
   * Largest absolute difference of a class probability, of a value over its standard deviation, of a brightness past its rounding over 255,
   * or of anything else over its own size.
   */
  maxDifference: number;
  /** Share of samples whose predicted class (or of other numbers that) are the same, 0…1. */
  agreement: number;
  tolerance: number;
  passed: boolean;
}

/** Transparent pixels between one picture and the next in a `pictureFile`. */
export const pictureGap = 2;

/** The file in a run's `pictures` folder that shows what its model made after this epoch, and the epoch of such a file. */
export const pictureFile = (epoch: number): string => `${String(epoch).padStart(6, '0')}.png`;
export function pictureEpoch(file: string): number | null {
  const found = /^(\d{6,})\.png$/.exec(file);
  return found ? Number(found[1]) : null;
}
