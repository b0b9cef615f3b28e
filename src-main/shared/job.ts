import type { SampleAnnotations } from './annotation.ts';
import type { AgreementQuestion, AgreementReport } from './agreement.ts';
import type { AudioOptions, PlayedSound, SpectrogramPreview } from './audio.ts';
import type { DeviceFacts, DeviceReport, DeviceTest, Gap } from './device.ts';
import type { ErrorFacts } from './errors.ts';
import type { EvaluationReport, RunComparison, TestLooks } from './evaluation.ts';
import type { Condition } from './filter.ts';
import type { FewShotParams, FewShotResult } from './few-shot.ts';
import type { Forecast } from './forecast.ts';
import type { Profile, StepsDone } from './profile.ts';
import type { DeviceName, MetricPoint, Parity, StepBefore, TrainSettings } from './run.ts';
import type {
  BlobHash,
  Column,
  DatasetKind,
  Manifest,
  OriginalImage,
  OriginalsReport,
  Rejected,
  SamplePage,
  SampleQuery,
  SplitName,
} from './dataset.ts';
import type { DatasetId, JobId, RunId, VersionId } from './ids.ts';
import type { PredictionReport } from './object-scores.ts';
import type { AnonymityReport, PrivacyReport } from './privacy.ts';
import type { RecipePreview } from './recipe-preview.ts';
import type { OpenedRecipe, Recipe } from './recipe.ts';
import type {
  ExportRunsParams,
  ExportRunsResult,
  ImportRunsParams,
  ImportRunsResult,
  StagedRun,
} from './run-exchange.ts';
import type { LabelLine } from './label-line.ts';
import type { LabellingKind } from './labels.ts';
import type { LeakQuestion, LeakReport, TogetherWish } from './leaks.ts';
import type { GenerationSettings, TextLikelihood, WrittenPart, WrittenText } from './generation.ts';
import type { ClickMask, ClickQuestion, FoundObject, MarkerFacts, MarkerWish } from './marker.ts';
import type { MarkedKind, MarkShape } from './marks.ts';
import type { AssessParams, AssessResult, ScriptVerdict } from './prompt/assess.ts';
import type { ComparedTest, EvaluationComparison, GridAsked, GridNews, GridResult } from './prompt/grid.ts';
import type { QualityReport } from './quality.ts';
import type { SplitPreview, SplitWish } from './split.ts';
import type { KeptSynonyms, SynonymList } from './augment/synonyms.ts';
import type { BroughtTokenizer } from './text.ts';
import type { StoredQuestion, WeightReport } from './weights.ts';

/** Long work: its states, and the messages between the process that owns the queue and the utility that does one job. */

export type JobKind =
  | 'import'
  | 'revise'
  | 'relink'
  | 'leaks'
  | 'quality'
  | 'prelabel'
  | 'suggest-marks'
  | 'train'
  | 'evaluate'
  | 'predict'
  | 'generate'
  | 'grid'
  | 'assess'
  | 'score'
  | 'export'
  | 'export-data'
  | 'import-runs'
  | 'export-runs'
  | 'selftest'
  | 'provider';
/** With what a process of its own also does, but nobody queues and nothing is stored of. */
export type WorkKind = JobKind | 'forecast' | 'gradients' | 'few-shot';
/** `paused`: a training that waits and does not begin until it is resumed. */
export type JobStatus = 'queued' | 'paused' | 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  id: JobId;
  kind: JobKind;
  /** What it works on, for people: a file name, a run's name. */
  title: string;
  status: JobStatus;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  progress: Progress | null;
  error: ErrorFacts | null;
  /** What it made: the dataset or run to open when done. */
  dataset: DatasetId | null;
  run: RunId | null;
  /** Whether it can be done again as it was asked for, having failed or been cut short. `goes-on`: from where it was. */
  again: 'anew' | 'goes-on' | null;
  /** Of a training that waits: where it stands among them, the least first. Else null. */
  place: number | null;
}

/** A job that has not ended: it waits, is paused, or works. */
export const isActive = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'queued' || status === 'paused' || status === 'running';

/** Where a waiting training is moved to among those that wait. */
export const queueMoves = ['front', 'up', 'down', 'back'] as const;
export type QueueMove = (typeof queueMoves)[number];

/** How many trainings go side by side: as many as processor, memory and devices have room for, or so many. */
export type AtOnce = 'auto' | number;
export interface QueueState {
  /** No training begins. */
  held: boolean;
  atOnce: AtOnce;
}

export interface Progress {
  done: number;
  /** 0 while unknown. */
  total: number;
  /** Of `done`, `total` and `rate`: samples, rows, files, bytes, answers. */
  unit: 'samples' | 'rows' | 'files' | 'bytes' | 'steps' | 'answers';
  /** Units a second over the last seconds; 0 while unknown. */
  rate: number;
  /** Seconds, null while unknown. */
  remaining: number | null;
  /** A stable word for the stage, translated by the window: reading, decoding, writing, training, evaluating, checking … */
  stage: string;
}

/** Each kind's start parameters and result. Paths are absolute; utilities never see the database. */
export interface JobTypes {
  import: { params: ImportParams; result: ImportResult };
  revise: { params: ReviseParams; result: ReviseResult };
  relink: { params: RelinkParams; result: RelinkResult };
  leaks: { params: LeakParams; result: LeakReport };
  quality: { params: QualityParams; result: QualityReport };
  prelabel: { params: PrelabelParams; result: PrelabelResult };
  'suggest-marks': { params: MarkJobParams; result: MarkJobResult };
  train: { params: TrainParams; result: TrainResult };
  evaluate: { params: EvaluateParams; result: EvaluateResult };
  predict: { params: PredictParams; result: PredictResult };
  generate: { params: GenerateParams; result: GenerateResult };
  grid: { params: GridParams; result: GridResult };
  assess: { params: AssessParams; result: AssessResult };
  score: { params: ScoreParams; result: PredictionReport };
  export: { params: ExportParams; result: ExportResult };
  'export-data': { params: DataExportParams; result: DataExportResult };
  'import-runs': { params: ImportRunsParams; result: ImportRunsResult };
  'export-runs': { params: ExportRunsParams; result: ExportRunsResult };
  selftest: { params: SelfTestParams; result: DeviceTest[] };
  provider: { params: ProviderParams; result: ProviderOffer };
  /** `runFolder`: made for the moment, and removed. */
  forecast: { params: TrainParams; result: Forecast };
  gradients: { params: GradientParams; result: WeightReport };
  'few-shot': { params: FewShotParams; result: FewShotResult };
}

/** The longest text that is taken from the clipboard or a pipe. */
export const pastedCharacters = 32_000_000;

/** What files can be imported as. `image-array`: images as an array of numbers, as NumPy keeps it; `audio-folder`: sounds, with one folder per class; `text-folder`: texts with one folder per class; `corpus`: texts without labels. The others are annotated sets. */
export const importKinds = [
  'table',
  'image-folder',
  'image-array',
  'idx',
  'audio-folder',
  'text-folder',
  'corpus',
  'coco',
  'yolo',
  'voc',
  'csv-boxes',
  'conll',
  'label-studio',
  'labelme',
  'masks',
  'spacy',
  'hugging-face',
] as const;
/** Those whose samples come with annotations. */
export const annotatedKinds: readonly ImportKind[] = [
  'coco',
  'yolo',
  'voc',
  'csv-boxes',
  'conll',
  'label-studio',
  'labelme',
  'masks',
  'spacy',
  'hugging-face',
];
export type ImportKind = (typeof importKinds)[number];

export interface ImportParams {
  blobs: string;
  paths: string[];
  /** Of several things in the source the one of this kind, … */
  kind?: ImportKind;
  /** … of several tables the one in this file, by its path within the source, … */
  file?: string;
  /** … of several sheets the one of this name. Where left out, told by the content. */
  sheet?: string;
  /** A table's target column; guessed when absent, none when null. */
  target?: string | null;
  /** Images and sounds: a pattern of their files' names that gives the class, in the place of the folders; see `name-classes.ts`. */
  classFrom?: string;
  /** Sounds: samples a second that they are brought to; where left out the most common of theirs. */
  sampleRate?: number;
  splitSeed: number;
  /** Images: what becomes of their files; see `Originals`. */
  originals?: Originals;
  /** A folder beside the blobs, made by the owner: keeps what is done already, should the import be cut short. Without it nothing is kept. */
  unfinished?: string;
  /** The source is that of a version that is there, grown: only what came or changed is stored. */
  into?: GrowParams;
}
/** Image files as they came are `copied` into the workspace, or `referenced`: left where they are, and looked up there. */
export type Originals = 'copied' | 'referenced';

export interface GrowParams {
  /** What it is to be the next version of. */
  manifest: Manifest;
  /** How the source was when it was last imported: what differs from it was corrected since, and stays. */
  base: Manifest;
  /** A table's column that tells rows apart, so that a changed one is known from a new one. */
  key?: string;
}
export interface ImportResult {
  manifest: Manifest;
  suggestedName: string;
  /** With `into`: how many samples came, went, and are other than they were. */
  growth?: Growth;
}
export interface Growth {
  added: number;
  removed: number;
  changed: number;
}

export const dataFormats = [
  'coco',
  'yolo',
  'voc',
  'labelme',
  'masks',
  'csv',
  'conll',
  'spacy',
  'label-studio',
  'jsonl',
] as const;
export type DataFormat = (typeof dataFormats)[number];
/** Which of them hold what is marked in samples of this kind. */
export const formatsOf: Record<DatasetKind, readonly DataFormat[]> = {
  images: ['coco', 'yolo', 'voc', 'labelme', 'label-studio', 'csv', 'masks', 'jsonl'],
  table: ['spacy', 'conll', 'label-studio', 'csv', 'jsonl'],
  audio: ['label-studio', 'csv', 'jsonl'],
};

/** Writes a version's samples and annotations as files. */
export interface DataExportParams {
  blobs: string;
  manifest: Manifest;
  format: DataFormat;
  /** A folder that is absent or empty. */
  out: string;
  /** Image files too. */
  images: boolean;
  /** Only the samples that meet it; all, where left out. */
  filter?: Condition[];
  /** What labelling says instead of the version, and of which samples. */
  labels?: { said: SaidMarks; samples: Int32Array };
  /** The newest version of that dataset, which may know better where files lie that were left where they were. */
  newest?: Manifest;
}
export interface DataExportResult {
  path: string;
  files: number;
  bytes: number;
  samples: number;
  annotations: number;
  /** What the format has no room for. */
  lost: { what: string; count: number }[];
}

/** Change a version's typing, target, split or recipe: makes the next version's manifest from the same samples. */
export interface ReviseParams {
  blobs: string;
  manifest: Manifest;
  columns?: Pick<Column, 'name' | 'type' | 'role'>[];
  target?: string | null;
  split?: SplitWish;
  /** Copies into one split; goes alone. */
  together?: TogetherWish;
  /** Tables only: in the place of the one before. No steps: back to the table as it was imported. Not together with other changes. */
  recipe?: Recipe;
  /** What labelling says of the samples; goes alone. */
  labels?: SaidLabels;
  /** What labelling says is marked in them; goes alone. */
  marks?: SaidMarks;
}
/** What is said of a version's marks since. */
export interface SaidMarks {
  kind: MarkedKind;
  /** The annotations that it began with. */
  base: Required<Pick<Manifest['blobs'], 'annotations' | 'annotationOffsets'>> | null;
  /** All classes as they are now, in their order. */
  classes: string[];
  /** What the classes of those annotations are called now. */
  names: [was: string, is: string][];
  /** Samples of which nothing is settled: nothing is marked in them. */
  unsettled: number[];
  /** Samples whose marks were changed, with their `SaidMark[]` as JSON: so they cross from process to process fastest. */
  samples: [sample: number, marks: string][];
}
/** Files of annotations, to be read for a labelling of these samples. */
export interface MarkMatch {
  blobs: string;
  manifest: Manifest;
  kind: MarkedKind;
  /** Absolute. */
  paths: string[];
  /** Where they could be read in several ways. */
  format?: ImportKind;
  /** The newest version of the dataset, which may know better where files lie that were left where they were. */
  newest?: Manifest;
}
/** What files of annotations say of a version's samples. */
export interface FoundMarks {
  format: ImportKind;
  /** In the files' order. */
  classes: string[];
  /** All that is marked in a sample; none where they say that there is nothing in it. */
  samples: [sample: number, marks: SampleAnnotations][];
  /** What could not be read, or is of no sample here: how many, and the first 1,000. */
  rejectedCount: number;
  rejected: Rejected[];
}
/** One that is not as the annotations say. `shape` null: it is gone. */
export interface SaidMark {
  number: number;
  class: string;
  shape: MarkShape | null;
}
/** What classes each sample has: one, or with `sets` any number. */
export interface SaidLabels {
  /** Tables: the column they go to, which need not be there yet; it becomes the target. */
  target: string | null;
  classes: string[];
  /** Index into `classes` (with `sets` into those) per sample, -1 for none. */
  labels: Int32Array;
  /** As indices into `classes`; a set may be empty. */
  sets?: number[][];
}
/** What a version says of its samples, as labelling begins with it. */
export type VersionLabels = Pick<SaidLabels, 'classes' | 'labels' | 'sets'>;
/** What a version says of marks, as labelling begins with it. */
export interface VersionMarkSummary {
  classes: string[];
  /** Marks per sample. */
  counts: Int32Array;
  /** The first class among its marks, index into `classes`; -1 without any. */
  first: Int32Array;
  /** Samples of several classes: all of them. */
  several: Record<number, number[]>;
}
export interface ReviseResult {
  manifest: Manifest;
  /** In words: "target: species → island". */
  change: string;
}

/** Looks in a folder for the files that a version's images came from. */
export interface RelinkParams {
  blobs: string;
  manifest: Manifest;
  /** Absolute. */
  folder: string;
}
export interface RelinkResult {
  manifest: Manifest;
  /** In words: "originals found in /new/photos: 498 of 500". */
  change: string;
  found: number;
  /** Not found there, and not where they were either. */
  missing: number;
  /** Of those missing: there is a file of that name, with other content. */
  changed: number;
  /** Some lie elsewhere than was known. */
  moved: boolean;
  /** From where most of them now count, and did before: where the source is to be looked for. */
  root: { before: string; now: string };
}

export interface LeakParams {
  blobs: string;
  manifest: Manifest;
  question: LeakQuestion;
}

/** Predictions of any model in a file (COCO's results) or a folder (label maps), by what is marked in a version; of one split, or of all. */
export interface ScoreParams {
  blobs: string;
  manifest: Manifest;
  path: string;
  split: SplitName | null;
}

/** By which runs which samples are judged. */
export interface QualityParams {
  blobs: string;
  basis: QualityReport['basis'];
  folds: QualityReport['folds'];
  /** Each judges these splits of the version it was trained on. All versions have the same samples. */
  runs: { runFolder: string; settings: TrainSettings; manifest: Manifest; splits: SplitName[] }[];
  threads: number;
}

/** What a classifier suggests for samples. */
export interface PrelabelParams {
  blobs: string;
  manifest: Manifest;
  model: { runFolder: string; settings: TrainSettings } | { onnx: string };
  /** Ascending. */
  samples: Int32Array;
  threads: number;
}
/** For each of the samples asked for: the likeliest class, how probable it is, and how unsure that is (see `evaluation/uncertainty.ts`). */
export interface PrelabelResult {
  classes: string[];
  samples: Int32Array;
  best: Int32Array;
  confidence: Float32Array;
  /** Of a model that tells any number of classes: those that each sample is of, ascending. */
  chosen?: number[][];
  entropy: Float32Array;
  margin: Float32Array;
  leastConfidence: Float32Array;
}

/** What a model made elsewhere finds in pictures. */
export interface MarkJobParams {
  blobs: string;
  manifest: Manifest;
  /** Of the same dataset, where the files of its images were left where they are. */
  newest?: Manifest;
  /** The model's file, absolute. */
  path: string;
  wish: MarkerWish;
  samples: Int32Array;
  threads: number;
}
export interface MarkJobResult {
  facts: MarkerFacts;
  found: [sample: number, objects: FoundObject[]][];
  /** Pictures that could not be read. */
  unread: { sample: number; message: string }[];
}

export interface TrainParams {
  blobs: string;
  /** `<workspace>/runs/<run-id>`, made by the owner. The trainer writes run.jsonl, checkpoints/ and encoder.json here. */
  runFolder: string;
  run: RunId;
  manifest: Manifest;
  settings: TrainSettings;
  /** Go on from checkpoints/last, bit for bit as if never stopped (CPU, same thread count); from the beginning where there is none. */
  resume?: boolean;
  /** From this checkpoint instead, by its file's name without the ending. */
  from?: string;
  /** Its dataset version: goes into the checkpoints. */
  version?: string;
}
/** Of a run that is there: at this checkpoint, by its file's name without the ending. */
export interface GradientParams extends TrainParams {
  checkpoint: string;
}
export interface TrainResult {
  metrics: Record<string, number>;
  samplesPerSecond: number;
  bestEpoch: number;
  stoppedEarly: boolean;
  parameterCount: number;
  peakMemoryBytes: number;
}

export interface EvaluateParams {
  blobs: string;
  /** A run folder with its best checkpoint, or an exported .onnx file. */
  model: { runFolder: string; settings: TrainSettings } | { onnx: string };
  /** The manifest to evaluate on. */
  manifest: Manifest;
  split: SplitName | 'all';
  threads: number;
  /** Everything that can be said of a classifier or a regression, not its metrics alone. A run's look at its test split is then counted. */
  report?: boolean;
  /** Another run, to be held against the one in `model` on the same samples. `manifest`: what it was trained on. */
  against?: { runFolder: string; settings: TrainSettings; manifest: Manifest };
  /** The version that `manifest` is of, where it is known. */
  version?: VersionId;
}
export interface EvaluateResult {
  samples: number;
  metrics: Record<string, number>;
  /** Where it was asked for, of classifiers and regressions. */
  report?: EvaluationReport;
  comparison?: RunComparison;
  /** Of a run, where a report was asked for. */
  looks?: TestLooks;
  /** Classification: counts[actual][predicted], with the class names in order. */
  confusion: { classes: string[]; counts: number[][] } | null;
  /** Reconstruction. */
  errors: SampleErrors | null;
}

/** How well samples were given back: each one's error is the mean of the squared differences of its (normalised) values. */
export interface SampleErrors {
  /** counts[i]: how many lie from `from + i·width` on. */
  histogram: { from: number; width: number; counts: number[] };
  /** The samples least like what the model knows, worst first, by their number in the dataset version. */
  highest: { sample: number; error: number }[];
}

export interface PredictParams {
  blobs: string;
  model: { runFolder: string; settings: TrainSettings; manifest: Manifest } | { onnx: string };
  /** CSV files, image or sound files or folders of these; for a model of one column of text, text files too, each one sample. */
  paths: string[];
  /** Samples that are in no file: texts, for such a model. */
  texts?: string[];
  /** How a language model goes on with a text; as usual where left out. */
  sampling?: Sampling;
  threads: number;
}
/** Text after a prompt, by a run or by the file or folder of a language model (absolute). */
export interface GenerateParams {
  model:
    | { runFolder: string; settings: TrainSettings }
    /** `file`: within a folder, where a certain .onnx is wanted. */
    | { path: string; file?: string };
  prompt: string;
  /** What each text begins with. */
  begin?: string;
  settings: GenerationSettings;
  threads: number;
  /** False: all is seen anew for each token, whatever the model could keep. */
  cache?: boolean;
  /** Nothing is written: how likely is the prompt? */
  score?: boolean;
}
/** Cells of a grid: each task is asked of one of these models. */
export interface GridParams extends GridAsked {
  models: GenerateParams['model'][];
}
export interface GenerateResult {
  texts: WrittenText[];
  /** With `score`. */
  likelihood: TextLikelihood | null;
  promptTokens: number[];
  /** Tokens that the model sees at most. */
  context: number;
  /** Whether the model keeps what it saw, and does not see all anew for each token. */
  cached: boolean;
  loadMs: number;
  /** Milliseconds from the prompt to the first token. */
  firstTokenMs: number;
  /** Of all texts together, after the first. */
  tokensPerSecond: number;
}

export interface Sampling {
  /** Tokens at most. */
  tokens: number;
  /** 0: always the likeliest token. */
  temperature: number;
  seed: number;
}
export interface Prediction {
  /** File name, or file name and row number. */
  input: string;
  /** Class name (of any number of classes as people read them), or null for regression. */
  label: string | null;
  /** Of a model that tells any number of classes: those that the sample is of. */
  labels?: string[];
  /** Regression only. */
  value: number | null;
  probabilities: Record<string, number> | null;
  /** Reconstruction only: how unlike the training's it is, its code, and of a table each column as it is given back (null: missing). */
  reconstruction: { error: number; code: number[]; columns: Record<string, number | string | null> | null } | null;
  /** A language model that writes: what it adds to the text. */
  continuation?: { text: string; tokens: number } | null;
  /** A language model that guesses: for each place that is masked what may stand there, likeliest first. */
  guesses?: { text: string; probability: number }[][] | null;
}
export interface PredictResult {
  predictions: Prediction[];
}

export interface ExportParams {
  blobs: string;
  runFolder: string;
  manifest: Manifest;
  settings: TrainSettings;
  /** Where the .onnx goes; written beside and renamed only when parity holds. */
  out: string;
  /** Written into the model's metadata_props. */
  metadata: Record<string, string>;
  /** Of a classifier: its probabilities get the temperature that suits the validation split best, within the graph. */
  calibrate?: boolean;
}
export interface ExportResult {
  path: string;
  bytes: number;
  sha256: string;
  /** The path of the tokenizer.json written beside it, where it takes tokens instead of texts. */
  tokenizer: string | null;
  /** Of a recipe the steps that whoever uses the file has to do first, with those before them; none where all are inside. */
  stepsBefore: StepBefore[];
  parity: Parity;
}

/** One process tests what it is given; the owner gives each device one of its own, since a native crash takes the process along. */
export interface SelfTestParams {
  devices: DeviceFacts[];
  /** Only whether it opens and computes at all. */
  quick?: boolean;
  /** The processor's thread counts to measure. */
  threads: number[];
}

/** ONNX Runtime's CUDA provider, which is a download of its own. */
export interface ProviderParams {
  /** Where it goes: one for each version of the runtime. */
  folder: string;
  /** False: only tells what would be done. */
  install: boolean;
}
export interface ProviderOffer {
  version: string;
  /** To download. */
  bytes: number;
  /** Of these, there already. */
  have: number;
  /** Where it comes from. */
  host: string;
  folder: string;
  /** All of it is there, and as it came. */
  installed: boolean;
  /** What CUDA lacks besides: NVIDIA's own libraries. */
  lacks: Gap | null;
}

export type ToUtility =
  | { [K in WorkKind]: { type: 'start'; job: JobId; kind: K; params: JobTypes[K]['params'] } }[WorkKind]
  /** Stop and keep nothing but what is already on disk. */
  | { type: 'cancel' }
  /** Training only: save a checkpoint, say `paused` and end; the process that follows goes on from there. */
  | { type: 'pause' }
  /** Training only: stop now, keep the best checkpoint, finish as `finished`. */
  | { type: 'stop-early' };

export type FromUtility =
  | { type: 'ready' }
  | { type: 'progress'; progress: Progress }
  | { type: 'log'; text: string }
  | { type: 'metrics'; points: MetricPoint[] }
  | { type: 'best'; epoch: number; parameterCount: number }
  /** Of a text that is written. */
  | { type: 'written'; part: WrittenPart }
  /** What an assertion came to for the next answer. */
  | { type: 'verdict'; check: number; verdict: ScriptVerdict }
  /** What came of cells of a grid. */
  | { type: 'cells'; cells: GridNews[] }
  /** Of an import of runs: this one was read whole. */
  | { type: 'staged'; run: StagedRun }
  /** What went wrong, and holds nothing up. */
  | { type: 'warning'; warning: ErrorFacts }
  | { type: 'result'; value: JobTypes[WorkKind]['result'] }
  | { type: 'cancelled' }
  | { type: 'paused' }
  | { type: 'error'; error: ErrorFacts };

/** The reader utility answers questions about stored data (one long-lived process, no job). */
export type ReaderRequest =
  | { id: number; type: 'samples'; blobs: string; manifest: Manifest; query: SampleQuery }
  | { id: number; type: 'pick'; blobs: string; manifest: Manifest; samples: number[] }
  | { id: number; type: 'split'; blobs: string; manifest: Manifest; split: SplitWish }
  | { id: number; type: 'original'; blobs: string; manifest: Manifest; sample: number; newest?: Manifest }
  | { id: number; type: 'originals'; blobs: string; manifest: Manifest; newest?: Manifest }
  | { id: number; type: 'sound'; blobs: string; manifest: Manifest; sample: number }
  | { id: number; type: 'spectrograms'; blobs: string; manifest: Manifest; options: AudioOptions; samples: number[] }
  | { id: number; type: 'stop'; blobs: string; manifest: Manifest }
  | { id: number; type: 'profile'; blobs: string; manifest: Manifest }
  | { id: number; type: 'stop-profile'; blobs: string; manifest: Manifest }
  | { id: number; type: 'offer'; paths: string[] }
  | { id: number; type: 'tokenizer'; blobs: string; path: string }
  | { id: number; type: 'keep-synonyms'; blobs: string; path: string }
  | { id: number; type: 'synonyms'; blobs: string; blob: BlobHash }
  /** `at`: the step to look at, by its place; those after it are not gone through. */
  | { id: number; type: 'recipe'; blobs: string; manifest: Manifest; recipe: Recipe; at: number }
  | { id: number; type: 'recipe-file'; path: string; manifest: Manifest }
  | { id: number; type: 'privacy'; blobs: string; manifest: Manifest }
  | { id: number; type: 'anonymity'; blobs: string; manifest: Manifest; columns: string[]; wanted: number }
  | { id: number; type: 'labels'; blobs: string; manifest: Manifest; target: string | null }
  | { id: number; type: 'marks'; blobs: string; manifest: Manifest; kind: MarkedKind }
  /** What a file says of the classes of samples, in a labelling of this kind. */
  | { id: number; type: 'label-file'; path: string; kind: LabellingKind }
  /** What files of annotations say of these samples. */
  | ({ id: number; type: 'match-marks' } & MarkMatch)
  | { id: number; type: 'agreement'; question: AgreementQuestion }
  /** Two tests of a prompt. */
  | { id: number; type: 'compare-tests'; first: ComparedTest; second: ComparedTest }
  /** What a model's file is, that might mark what is in pictures. */
  | { id: number; type: 'marker'; path: string; wish: MarkerWish; threads: number }
  /** What clicks in a picture mean. */
  | ({ id: number; type: 'click-mask' } & ClickQuestion)
  /** Paths of checkpoints. */
  | { id: number; type: 'weights'; path: string; sincePath?: string; question: StoredQuestion }
  /** All samples that meet a filter. */
  | { id: number; type: 'matching'; blobs: string; manifest: Manifest; filter: Condition[] }
  | { id: number; type: 'devices' };
export type ReaderResponse =
  | {
      id: number;
      ok: true;
      value:
        | SamplePage
        | Profile
        | null
        | OriginalImage
        | OriginalsReport
        | PlayedSound
        | SpectrogramPreview
        | SplitPreview
        | RecipePreview
        | OpenedRecipe
        | PrivacyReport
        | AgreementReport
        | EvaluationComparison
        | AnonymityReport
        | ImportOffer[]
        | BroughtTokenizer
        | KeptSynonyms
        | SynonymList
        | VersionLabels
        | LabelLine[]
        | VersionMarkSummary
        | FoundMarks
        | MarkerFacts
        | ClickMask
        | WeightReport
        | Int32Array
        | DevicesFound;
    }
  | { id: number; ok: false; error: ErrorFacts };
/** Said of a question that is still being worked on; its answer is yet to come. */
export interface ReaderProgress extends StepsDone {
  id: number;
  ok?: undefined;
}

/** One thing that a drop holds, told before anything is imported. `kind`, `file` and `sheet` choose it. */
export interface ImportOffer {
  kind: ImportKind;
  /** A table's file, by its path within what was dropped. */
  file: string | null;
  /** A spreadsheet's sheet. */
  sheet: string | null;
  suggestedName: string;
  /** Counts for the sentence shown: files, folders (classes), rows (estimated), bytes. */
  files: number;
  folders: number;
  bytes: number;
  /** Tables: column names and the guessed target. */
  columns: string[];
  target: string | null;
  /** Images of files that lie there as they are: these can be left where they are. */
  referable: boolean;
  /** Images and sounds: some of their paths, to try patterns of names on. */
  names?: string[];
}

/** Of several things found, those that are not another reading of the same: what an annotated set is made of is also images, rows, texts. */
export function apart<T extends { kind: ImportKind }>(found: readonly T[]): T[] {
  const isAnnotated = ({ kind }: T): boolean => annotatedKinds.includes(kind);
  return found.some(isAnnotated) ? found.filter(isAnnotated) : [...found];
}

/** As far as it can be told without opening a device. */
export interface DevicesFound {
  onnxruntime: string;
  cores: number;
  /** For a new run, where nothing was measured. */
  threads: number;
  found: DeviceFacts[];
}

export interface DevicesReport extends Omit<DevicesFound, 'found'> {
  /** Those that can be trained on. */
  providers: DeviceName[];
  devices: DeviceReport[];
}
