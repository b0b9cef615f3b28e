import { settlements, type AgreementReport, type BothAnswers } from './agreement.ts';
import { augmentKinds } from './augment/kinds.ts';
import { readSynonymsRef, type SynonymList, type SynonymsRef } from './augment/synonyms.ts';
import * as v from 'valibot';
import type { PlayedSound, SpectrogramPreview } from './audio.ts';
import type {
  DatasetDetail,
  DatasetSummary,
  DatasetVersion,
  OriginalImage,
  OriginalsReport,
  SamplePage,
} from './dataset.ts';
import { deviceNames } from './device.ts';
import type { EpochPredictions } from './epoch-predictions.ts';
import type { EpochText } from './epoch-text.ts';
import type { ErrorFacts } from './errors.ts';
import { filterSchema } from './filter.ts';
import { tellingWaySchema, type Learnt } from './few-shot.ts';
import type { Forecast } from './forecast.ts';
import type { TokenChoice } from './generation.ts';
import { isId } from './ids.ts';
import { classWeightRange, learningFields, lossNames, precisions, type LearningNumber } from './learning.ts';
import type {
  CompletionId,
  DatasetId,
  ExportId,
  JobId,
  LabellingId,
  LanguageModelId,
  PromptId,
  RunId,
  StudyId,
  VersionId,
} from './ids.ts';
import { dataFormats, queueMoves } from './job.ts';
import type { DataExportResult, DevicesReport, EvaluateResult, ImportKind, ImportOffer, Job } from './job.ts';
import type { ProviderOffer, QueueState } from './job.ts';
import type { RecipePreview } from './recipe-preview.ts';
import { maxSteps, recipeSchema } from './recipe.ts';
import type { OpenedRecipe, StepInfo } from './recipe.ts';
import { judgedWishSchema } from './judged.ts';
import {
  classActSchema,
  labellingKinds,
  labellingPasses,
  labelStates,
  labelPatchSchema,
  labelRuleSchema,
  mostAtOnce,
  sampleNumber,
} from './labels.ts';
import type { LabelHistoryLine, LabellingState, LabelOutcome, Suggested } from './labels.ts';
import { markerWishSchema, maskClicksSchema } from './marker.ts';
import type { ChosenModel, ClickMask, MarkerFacts, SuggestedMarks } from './marker.ts';
import { markEditSchema, mostMarkedAtOnce, mostMarkEdits, type Mark, type MarkSuggestions } from './marks.ts';
import type { LeakReport } from './leaks.ts';
import type { QualityReport } from './quality.ts';
import type { PredictionReport } from './object-scores.ts';
import { mostQuasiIdentifiers } from './privacy.ts';
import type { AnonymityReport, PrivacyReport } from './privacy.ts';
import type { Profile, StepsDone } from './profile.ts';
import type { RunImportance } from './run-importance.ts';
import { runFormats, type ExportRunsResult, type ImportedRuns } from './run-exchange.ts';
import { mostEpochs, optimizerNames, scheduleNames, stretchSchedules } from './run.ts';
import type {
  ArchitectureInfo,
  CheckpointInfo,
  CurvesFound,
  DeviceName,
  ExportRecord,
  MetricColumn,
  MetricPoint,
  MetricSeries,
  RunListing,
  RunSummary,
} from './run.ts';
import {
  benchSchema,
  generationSettingsSchema,
  languageModelRefSchema,
  mostNoteLength,
  mostPromptLength,
  type Completion,
  type CompletionNews,
  type LanguageModel,
  type LanguageModelRef,
  type PromptDetail,
  type PromptHit,
  type PromptSummary,
  type PromptVersion,
  type RenderedPrompt,
} from './prompt/prompt.ts';
import { preferencesSchema } from './settings.ts';
import type { Preferences } from './settings.ts';
import { foldRange, splitWays } from './split.ts';
import type { SentStudy } from './sent-study.ts';
import type { StoredTrial, StudyImportance, StudySummary } from './study.ts';
import type { SplitPreview } from './split.ts';
import type { TokenizerRef } from './text.ts';
import type { ThirdParty } from './third-party.ts';
import { weightKinds, type WeightReport } from './weights.ts';

/**
 * Everything the window may ask of the main process: one channel per act, a schema for what it sends, a type for what
 * comes back. `ipc/handle.ts` refuses any call that is not in this table or does not fit its schema.
 */

const datasetId = v.custom<DatasetId>((x) => typeof x === 'string' && isId('dataset', x));
const versionId = v.custom<VersionId>((x) => typeof x === 'string' && isId('version', x));
const runId = v.custom<RunId>((x) => typeof x === 'string' && isId('run', x));
const jobId = v.custom<JobId>((x) => typeof x === 'string' && isId('job', x));
const studyId = v.custom<StudyId>((x) => typeof x === 'string' && isId('study', x));
const exportId = v.custom<ExportId>((x) => typeof x === 'string' && isId('export', x));
const labellingId = v.custom<LabellingId>((x) => typeof x === 'string' && isId('labelling', x));
const promptId = v.custom<PromptId>((x) => typeof x === 'string' && isId('prompt', x));
const completionId = v.custom<CompletionId>((x) => typeof x === 'string' && isId('completion', x));
const languageModelId = v.custom<LanguageModelId>((x) => typeof x === 'string' && isId('model', x));
const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const checkpointName = v.pipe(v.string(), v.regex(/^(last|best(-\d{6,12})?|epoch-\d{6})$/));
const splitName = v.picklist(['train', 'validation', 'test']);
const promptText = text(mostPromptLength);
const versionNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000));
const nothing = v.undefined();

function learningNumber(key: LearningNumber) {
  const { min, max, whole } = learningFields[key];
  const steps = v.custom<number>((x) => !whole || Number.isInteger(x));
  return v.optional(v.pipe(v.number(), v.minValue(min), v.maxValue(max), steps));
}
const classWeight = v.pipe(v.number(), v.minValue(classWeightRange.min), v.maxValue(classWeightRange.max));

export const trainRequestSchema = v.object({
  version: versionId,
  /** Columns to predict come from the version's target. */
  name: v.optional(name),
  architecture: text(64),
  architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
  epochs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
  batchSize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)),
  optimizer: v.picklist(optimizerNames),
  learningRate: v.pipe(v.number(), v.gtValue(0), v.maxValue(100)),
  schedule: v.optional(v.picklist(scheduleNames), 'cosine'),
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 0),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  /** `auto`: the fastest that passed its test. */
  device: v.picklist(['auto', ...deviceNames]),
  /** 0 lets Atelier choose. */
  threads: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256)), 0),
  patience: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)), 0),
  /** Checkpoints kept besides the best and the last: so many of the best in all, and every nth epoch's. */
  keepBest: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 1),
  keepEvery: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)), 0),
  /** Measures the norms of gradients and updates. */
  norms: v.optional(v.boolean()),
  /** Measures the size and speed of the exported file at the end. */
  measureExport: v.optional(v.boolean()),
  /** Amounts by kind of augmentation (see `augmentFields`). */
  augment: v.optional(v.record(v.picklist(augmentKinds), v.pipe(v.number(), v.minValue(0), v.maxValue(180)))),
  /** The list for `word-synonym`. */
  synonyms: v.optional(v.custom<SynonymsRef>((x) => typeof x === 'string' && readSynonymsRef(x) !== null)),
  loss: v.optional(v.picklist(lossNames)),
  focalGamma: learningNumber('focalGamma'),
  huberDelta: learningNumber('huberDelta'),
  labelSmoothing: learningNumber('labelSmoothing'),
  /** By the class's name. */
  classWeights: v.optional(v.union([v.literal('balanced'), v.record(text(1000), classWeight)])),
  clipNorm: learningNumber('clipNorm'),
  accumulate: learningNumber('accumulate'),
  average: learningNumber('average'),
  warmup: learningNumber('warmup'),
  precision: v.optional(v.picklist(precisions)),
});
export type TrainRequest = v.InferInput<typeof trainRequestSchema>;

export const sampleQuerySchema = v.object({
  version: versionId,
  offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
  filter: v.optional(filterSchema),
  sort: v.optional(v.object({ column: text(1000), descending: v.boolean() })),
});

export const spectrogramQuerySchema = v.object({
  version: versionId,
  samples: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1), v.maxLength(24)),
  architecture: text(64),
  architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
});
export type SpectrogramQuery = v.InferInput<typeof spectrogramQuerySchema>;

const splitShare = v.pipe(v.number(), v.minValue(0.01), v.maxValue(0.9));
export const splitWishSchema = v.object({
  how: v.optional(v.picklist(splitWays)),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  validation: splitShare,
  test: splitShare,
  column: v.optional(text(1000)),
  pattern: v.optional(text(500)),
  dates: v.optional(v.picklist(['day-first', 'month-first'])),
  folds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(foldRange.min), v.maxValue(foldRange.max))),
  fold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(foldRange.max - 1))),
});

export const inputs = {
  'app.info': nothing,
  'app.doctor': nothing,
  /** 'ok', or the first thing wrong with the database. Reads the whole file: about a second a gigabyte. */
  'app.integrity': nothing,
  /** What Atelier is made of besides its own code, with the licences' texts. */
  'app.licences': nothing,
  /** Tests every device of this machine; a job. */
  'devices.test': nothing,
  /** Asks the network, because a person asked: what CUDA's provider is and how large. */
  'devices.offerProvider': nothing,
  /** Downloads and installs it; a job. */
  'devices.getProvider': nothing,
  'preferences.get': nothing,
  'preferences.set': v.partial(preferencesSchema),
  /** Shows the system's folder dialog; null when dismissed. The window reloads on the new workspace. */
  'workspace.choose': nothing,
  'workspace.openRecent': v.object({ index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)) }),
  'workspace.reveal': nothing,
  /** Shows the system's open dialog; null when dismissed. (Drops go through the preload's `offerDropped`.) */
  'imports.choose': v.object({ what: v.picklist(['files', 'folder']) }),
  /** `paths` are only ever sent by the preload, from files that the person dropped. */
  'imports.offer': v.object({ paths: v.pipe(v.array(text(4096)), v.minLength(1), v.maxLength(10_000)) }),
  /** `choice`: which of the things offered, by its place in the list. */
  'imports.start': v.object({
    offer: text(64),
    choice: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
    name: v.optional(name),
    target: v.optional(v.nullable(text(1000))),
    /** Its image files are left where they are. */
    reference: v.optional(v.boolean()),
    /** The pattern of names that gives the class. */
    classFrom: v.optional(text(500)),
    /** Sounds: samples a second. */
    sampleRate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(192_000))),
    /** A second version, divided so, follows the first, which is divided as is usual. */
    split: v.optional(splitWishSchema),
  }),
  /** Imports everything offered, each thing as a dataset of its own. */
  'imports.all': v.object({ offer: text(64) }),
  /** Reads a dataset's source again, for what has changed: whence it came, or (null when dismissed) from what the system's dialog gives. */
  'imports.into': v.object({ dataset: datasetId, from: v.optional(v.picklist(['files', 'folder'])) }),
  /** Imports the bundled sample, trains an MLP and a CNN on it and exports the better one. */
  'sample.start': nothing,
  'datasets.list': nothing,
  'datasets.get': v.object({ id: datasetId, version: v.optional(versionId) }),
  'datasets.rename': v.object({ id: datasetId, name }),
  /** Hides it (undo: archived false). Nothing is deleted. */
  'datasets.archive': v.object({ id: datasetId, archived: v.boolean() }),
  'datasets.samples': sampleQuerySchema,
  /** An image's own file, to be shown sharp; only of versions that kept them. */
  'datasets.original': v.object({ version: versionId, sample: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** How the files stand that its images came from and were left where they were; null where none were. */
  'datasets.originals': v.object({ version: versionId }),
  /** Looks for those files in the folder that the system's dialog gives; a job. Null when dismissed. */
  'datasets.relink': v.object({ dataset: datasetId }),
  /** A few sounds as a net with these settings sees them. */
  'datasets.spectrograms': spectrogramQuerySchema,
  /** A sound, to be played. */
  'datasets.sound': v.object({ version: versionId, sample: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** Stops what is being worked out for a question of samples that nobody waits for any more. */
  'datasets.stopSamples': v.object({ version: versionId }),
  /** What there is to know of the columns; worked out once a version. */
  'datasets.profile': v.object({ version: versionId }),
  /** Stops what is being worked out of the columns where nobody waits for it any more; that fails with `stopped`. */
  'datasets.stopProfile': v.object({ version: versionId }),
  /** Which columns hold personal data: looked for anew each time. */
  'datasets.privacy': v.object({ version: versionId }),
  /** How well single rows hide among others that are alike in some columns. */
  'datasets.anonymity': v.object({
    version: versionId,
    columns: v.pipe(v.array(text(1000)), v.minLength(1), v.maxLength(mostQuasiIdentifiers)),
    wanted: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1_000_000)),
  }),
  /** Makes a new version with other column types, roles, target, split or recipe; a job. */
  'datasets.revise': v.object({
    version: versionId,
    columns: v.optional(
      v.array(
        v.object({
          name: text(1000),
          type: v.picklist(['number', 'category', 'text']),
          role: v.picklist(['feature', 'target', 'ignored']),
        }),
      ),
    ),
    target: v.optional(v.nullable(text(1000))),
    split: v.optional(splitWishSchema),
    recipe: v.optional(recipeSchema),
    together: v.optional(v.object({ copies: v.picklist(['exact', 'near']), into: v.picklist(['train', 'test']) })),
  }),
  /** The labelling of a version's samples; begun where there is none. `target`: the column of a table that labels go to, or whose texts are marked. `judged`: the columns that are. */
  'labels.open': v.object({
    version: versionId,
    target: v.optional(text(1000)),
    kind: v.optional(v.picklist(labellingKinds)),
    pass: v.optional(v.picklist(labellingPasses)),
    judged: v.optional(judgedWishSchema),
  }),
  /** What a person says of samples; on disk when it is answered, as is every act here. */
  'labels.set': v.object({
    labelling: labellingId,
    samples: v.pipe(v.array(sampleNumber), v.minLength(1), v.maxLength(mostAtOnce)),
    label: labelPatchSchema,
  }),
  'labels.accept': v.object({
    labelling: labellingId,
    atLeast: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  }),
  /** What is marked in these samples; by their numbers within each. */
  'labels.marks': v.object({
    labelling: labellingId,
    samples: v.pipe(v.array(sampleNumber), v.minLength(1), v.maxLength(mostMarkedAtOnce)),
  }),
  /** What a person does to the marks of one sample: one edit, that is undone as one. */
  'labels.mark': v.object({
    labelling: labellingId,
    sample: sampleNumber,
    edits: v.pipe(v.array(markEditSchema), v.minLength(1), v.maxLength(mostMarkEdits)),
  }),
  /** Takes suggested marks for labels that are at least so sure, save in samples that are reviewed or skipped. */
  'labels.acceptMarks': v.object({
    labelling: labellingId,
    atLeast: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  }),
  /** What a run suggests for samples that nobody has looked at; a job. */
  'labels.suggest': v.object({ labelling: labellingId, version: versionId, run: runId }),
  /** How sure suggested marks are. */
  'labels.suggestions': v.object({ labelling: labellingId }),
  /** Asks for a model's file, or for a pair that makes masks of clicks. Null when dismissed. */
  'labels.chooseModel': v.object({ pair: v.boolean() }),
  /** What a chosen file is, and how it would be used. */
  'labels.modelFacts': v.object({ labelling: labellingId, file: text(100), wish: markerWishSchema }),
  /** What a chosen file suggests; a job. */
  'labels.suggestMarks': v.object({
    labelling: labellingId,
    version: versionId,
    file: text(100),
    wish: markerWishSchema,
    make: v.boolean(),
    all: v.boolean(),
  }),
  /** What clicks mean by a chosen pair; null: nothing. */
  'labels.clickMask': v.object({ version: versionId, sample: sampleNumber, file: text(100), clicks: maskClicksSchema }),
  /** What the labels say of all other samples, which then shows as suggested; and what is best labelled next. */
  'labels.learn': v.object({ labelling: labellingId, version: versionId, way: tellingWaySchema }),
  /** Ends that. */
  'labels.stopLearning': nothing,
  'labels.rule': v.object({ labelling: labellingId, version: versionId, rule: labelRuleSchema }),
  'labels.class': v.object({ labelling: labellingId, act: classActSchema }),
  /** Of one sample, or (without) across all. */
  'labels.undo': v.object({ labelling: labellingId, sample: v.optional(sampleNumber) }),
  'labels.redo': v.object({ labelling: labellingId, sample: v.optional(sampleNumber) }),
  'labels.history': v.object({ labelling: labellingId, sample: sampleNumber }),
  /** Makes a version with the labels as they stand; a job. */
  'labels.freeze': v.object({ labelling: labellingId, version: versionId }),
  /** How far two passes agree, by the labelling of either. `overlap`: things that cover one another so much are the same. */
  'labels.agreement': v.object({
    labelling: labellingId,
    overlap: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  }),
  /** What both passes say of a sample. */
  'labels.answers': v.object({ labelling: labellingId, sample: sampleNumber }),
  /** Makes one of the answers the label, or none of them; see `Settling`. */
  'labels.settle': v.object({
    labelling: labellingId,
    sample: sampleNumber,
    take: v.picklist(settlements),
    classes: labelPatchSchema.entries.classes,
  }),
  /** Writes what is marked in samples as files, where the system's dialog says; a job. Null when dismissed. */
  /** Judgements with what was judged, into a file that the person chooses; null: none was chosen. */
  'labels.exportJudged': v.object({ labelling: labellingId, version: versionId }),
  'labels.export': v.object({
    labelling: labellingId,
    version: versionId,
    format: v.picklist(dataFormats),
    images: v.boolean(),
    states: v.optional(v.array(v.picklist(labelStates))),
    classes: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(1000))),
    filter: v.optional(filterSchema),
  }),
  /** Takes what files say is marked, which the system's dialog asks for: one edit. Null when dismissed. */
  'labels.import': v.object({ labelling: labellingId, version: versionId, folder: v.boolean() }),
  /** Every kind of step that a recipe can have. */
  'recipes.steps': nothing,
  /** A few samples before and after a step (from 1; 0: as imported) of a recipe that may still be in the making. */
  'recipes.preview': v.object({
    version: versionId,
    recipe: recipeSchema,
    at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxSteps)),
  }),
  /** Asks where to, and writes it there as YAML. */
  'recipes.save': v.object({ version: versionId, recipe: recipeSchema }),
  /** Asks for a file; what it holds, to be used on this version. Nothing is applied. */
  'recipes.open': v.object({ version: versionId }),
  /** These samples, in this order. */
  'datasets.pick': v.object({
    version: versionId,
    samples: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(500)),
  }),
  /** What is on both sides of its split; done as a job. */
  'datasets.leaks': v.object({
    version: versionId,
    groups: v.optional(v.pipe(v.array(text(1000)), v.maxLength(20))),
    time: v.optional(text(1000)),
  }),
  /**
   * Scores predictions by what is marked in it: those in a file or folder that the system's dialog asks for, or in the one chosen last; a
   * job. Null when dismissed.
   */
  'datasets.score': v.object({
    version: versionId,
    split: v.nullable(splitName),
    from: v.picklist(['file', 'folder', 'same']),
  }),
  /** Writes its samples and annotations as files, where the system's dialog says; a job. Null when dismissed. */
  'datasets.export': v.object({
    version: versionId,
    format: v.picklist(dataFormats),
    images: v.boolean(),
    filter: v.optional(filterSchema),
  }),
  /** What dividing it so would give: counts by split and class. */
  'datasets.previewSplit': v.object({ version: versionId, split: splitWishSchema }),
  'architectures.list': nothing,
  /** Shows the system's open dialog and keeps the tokenizer.json chosen; what its setting is to say, or null when dismissed. */
  'tokenizers.choose': nothing,
  'synonyms.choose': nothing,
  'synonyms.read': v.custom<SynonymsRef>((x) => typeof x === 'string' && readSynonymsRef(x) !== null),
  /** Parameter count and shapes of the net these settings give, for the Train page. */
  'train.estimate': v.object({
    version: versionId,
    architecture: text(64),
    architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
  }),
  /** What a run would take, measured for a moment; null: what is being measured is of no use any more. */
  'train.forecast': v.nullable(trainRequestSchema),
  'runs.start': trainRequestSchema,
  /** As `runs.start`, behind all that wait. */
  'runs.queue': trainRequestSchema,
  /** Saves a checkpoint and gives the process free; a waiting one does not begin. */
  'runs.pause': v.object({ id: runId }),
  /** A paused run; or one that failed, was cancelled or cut short: from its last checkpoint where there is one. */
  'runs.resume': v.object({ id: runId, from: v.optional(checkpointName) }),
  /** Trains on from where it ended, as a new stretch of the same run. */
  'runs.addEpochs': v.object({
    id: runId,
    epochs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostEpochs)),
    learningRate: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(100))),
    schedule: v.optional(v.picklist(stretchSchedules)),
  }),
  /** What of it lies on disk, the furthest first. */
  'runs.checkpoints': v.object({ id: runId }),
  /** How the values in a checkpoint are spread, or what has changed since another one. */
  'runs.weights': v.object({
    id: runId,
    checkpoint: text(200),
    since: v.optional(text(200)),
    kind: v.picklist(weightKinds),
  }),
  /** Removes these checkpoints; how many bytes are free then. The best stays. */
  'runs.prune': v.object({
    ids: v.pipe(v.array(runId), v.maxLength(10_000)),
    names: v.pipe(v.array(checkpointName), v.maxLength(10_000)),
  }),
  /** Among the trainings that wait. */
  'runs.move': v.object({ id: runId, to: v.picklist(queueMoves) }),
  /** Queues all that failed or were cut short; how many. */
  'runs.resumeFailed': nothing,
  'queue.get': nothing,
  /** Paused as a whole: what works goes on, and nothing begins. */
  'queue.hold': v.object({ held: v.boolean() }),
  /** A run for each fold, tested on it; the runs wait in the queue. */
  'runs.crossValidate': v.object({
    request: trainRequestSchema,
    folds: v.pipe(v.number(), v.integer(), v.minValue(foldRange.min), v.maxValue(foldRange.max)),
    column: v.optional(text(1000)),
  }),
  'runs.list': nothing,
  /** These of the list, archived ones as well, with these metrics besides the usual ones. */
  'runs.some': v.object({
    ids: v.pipe(v.array(runId), v.maxLength(200)),
    metrics: v.pipe(v.array(text(200)), v.maxLength(100)),
  }),
  'runs.get': v.object({ id: runId }),
  /** Every metric that any run has. */
  'runs.metricKeys': nothing,
  /** One metric of all runs, for tables. */
  'runs.column': v.object({ key: text(200) }),
  /** Which curves these have. */
  'runs.curves': v.object({ runs: v.pipe(v.array(runId), v.maxLength(200)) }),
  /** Curves, of the steps from … to, thinned to about `maxPoints` each. */
  'runs.metrics': v.object({
    runs: v.pipe(v.array(runId), v.maxLength(200)),
    keys: v.optional(v.array(text(200))),
    from: v.optional(v.number()),
    to: v.optional(v.number()),
    maxPoints: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(100_000))),
  }),
  /** What settings have to do with a metric, over these runs. */
  'runs.importance': v.object({ runs: v.pipe(v.array(runId), v.maxLength(100_000)), metric: text(200) }),
  'runs.stopEarly': v.object({ id: runId }),
  'runs.rename': v.object({ id: runId, name }),
  'runs.note': v.object({ id: runId, notes: text(20_000) }),
  'runs.tag': v.object({
    ids: v.array(runId),
    add: v.pipe(v.array(text(100)), v.maxLength(100)),
    remove: v.pipe(v.array(text(100)), v.maxLength(100)),
  }),
  'runs.archive': v.object({ ids: v.array(runId), archived: v.boolean() }),
  /** Runs of other programs: of what was dropped (its offer says `runs`), or of what a dialog is shown for. */
  'runs.import': v.union([v.object({ offer: text(100) }), v.object({ choose: v.picklist(['files', 'folder']) })]),
  /** Asks where to, and writes them with all their points. */
  'runs.export': v.object({ ids: v.pipe(v.array(runId), v.minLength(1)), format: v.picklist(runFormats) }),
  'runs.log': v.object({ id: runId }),
  /** What the best checkpoint does on a split, and with `against` how it stands against another run there. A look at the test split is counted. */
  'runs.evaluate': v.object({ id: runId, split: splitName, against: v.optional(runId) }),
  /** What the run says of the samples of its version; done as a job. `train`: its training split is judged too. */
  'runs.quality': v.object({ id: runId, train: v.optional(v.boolean(), false) }),
  /** The epochs that left a picture of what the model makes, in order. */
  'runs.pictures': v.object({ id: runId }),
  'runs.picture': v.object({ id: runId, epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)) }),
  /** The epochs that left a text of what a language model writes or guesses, in order. */
  'runs.predictionEpochs': v.object({ id: runId }),
  'runs.predictions': v.object({
    id: runId,
    epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)),
  }),
  'runs.texts': v.object({ id: runId }),
  'runs.text': v.object({ id: runId, epoch: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999)) }),
  'studies.list': nothing,
  'studies.get': v.object({ id: studyId }),
  /** A study as its file says it, of this version (see `atelier help tune`); its trials are runs in the queue. */
  'studies.start': v.object({ version: versionId, name, study: v.record(text(200), v.unknown()) }),
  /** Its runs save checkpoints and wait. */
  'studies.pause': v.object({ id: studyId }),
  /** `trials`: so many more than were tried. */
  'studies.resume': v.object({
    id: studyId,
    trials: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
    seconds: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1e9))),
    withoutBetter: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))),
    workers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(256))),
  }),
  /** Ends it where it is. */
  'studies.finish': v.object({ id: studyId }),
  'studies.rename': v.object({ id: studyId, name }),
  /** What each setting has to do with the metric. */
  'studies.importance': v.object({ id: studyId }),
  /** Its trials as a CSV or for Optuna, where the system's dialog says; null when dismissed. */
  'studies.saveAs': v.object({ id: studyId }),
  'prompts.list': nothing,
  'prompts.get': v.object({ id: promptId }),
  'prompts.create': v.object({ name, text: v.optional(promptText) }),
  /** What is written, as it stands: on disk when it is answered. */
  'prompts.edit': v.object({ id: promptId, text: v.optional(promptText), bench: v.optional(benchSchema) }),
  'prompts.set': v.object({
    id: promptId,
    name: v.optional(name),
    tags: v.optional(v.pipe(v.array(text(100)), v.maxLength(100))),
    archived: v.optional(v.boolean()),
  }),
  /** The draft as a version, which is never changed; its number. */
  'prompts.save': v.object({ id: promptId, note: v.optional(text(mostNoteLength)) }),
  'prompts.version': v.object({ id: promptId, number: versionNumber }),
  /** What is said of a version; the version itself stays as it is. */
  'prompts.annotate': v.object({ id: promptId, number: versionNumber, note: text(mostNoteLength) }),
  /** Where a text stands, in prompts and answers, the latest first. */
  'prompts.search': v.object({ text: text(1000) }),
  /** Its text becomes the draft. What the draft was is a version first. */
  'prompts.restore': v.object({ id: promptId, number: versionNumber }),
  /** As a model would see it, with its tokens counted. */
  'prompts.render': v.object({
    model: languageModelRefSchema,
    text: promptText,
    variables: benchSchema.entries.variables,
  }),
  /** Asks a model; what it writes comes as events. */
  'prompts.run': v.object({
    id: promptId,
    model: languageModelRefSchema,
    variables: benchSchema.entries.variables,
    settings: generationSettingsSchema,
    version: v.optional(versionNumber),
    branch: v.optional(
      v.object({
        of: completionId,
        row: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(63)),
        at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)),
        token: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000)),
      }),
    ),
  }),
  'prompts.stop': v.object({ completion: completionId }),
  /** Each text's tokens, with their probabilities and what else was likely. */
  'prompts.tokens': v.object({ completion: completionId }),
  /** Prompts from files that the system's dialog asks for; null when dismissed. */
  'prompts.import': nothing,
  /** Writes it as a file where the system's dialog says; null when dismissed. */
  'prompts.saveAs': v.object({ id: promptId }),
  'languageModels.list': nothing,
  /** The folder that the system's dialog asks for; null when dismissed. */
  'languageModels.add': nothing,
  /** Takes it out of the list; its files stay. */
  'languageModels.remove': v.object({ id: languageModelId }),
  'exports.list': nothing,
  /** A job; the file lands in the workspace's exports folder. */
  'exports.start': v.object({ run: runId, calibrate: v.optional(v.boolean()) }),
  'exports.reveal': v.object({ id: exportId }),
  /** Copies it where the person says, through the system's save dialog; null when dismissed. */
  'exports.saveAs': v.object({ id: exportId }),
  'jobs.list': nothing,
  'jobs.cancel': v.object({ id: jobId }),
  /** Does an import or a training once more that failed or was cut short; another job. */
  'jobs.again': v.object({ id: jobId }),
  'jobs.log': v.object({ id: jobId }),
  /** Takes finished, failed and cancelled ones out of the tray. */
  'jobs.dismiss': v.object({ ids: v.array(jobId) }),
} as const;

export interface Outputs {
  'app.info': AppInfo;
  'app.doctor': DoctorReport;
  'app.integrity': string;
  'app.licences': ThirdParty[];
  'devices.test': JobId;
  'devices.offerProvider': ProviderOffer;
  'devices.getProvider': JobId;
  'preferences.get': Preferences;
  'preferences.set': Preferences;
  'workspace.choose': null;
  'workspace.openRecent': null;
  'workspace.reveal': null;
  'imports.choose': Offered | null;
  'imports.offer': Offered;
  'imports.start': JobId;
  'imports.all': JobId[];
  'imports.into': JobId | null;
  'sample.start': JobId;
  'datasets.list': DatasetSummary[];
  'datasets.get': DatasetDetail;
  'datasets.rename': null;
  'datasets.archive': null;
  'datasets.samples': SamplePage;
  'datasets.original': OriginalImage;
  'datasets.originals': OriginalsReport | null;
  'datasets.relink': JobId | null;
  'datasets.spectrograms': SpectrogramPreview;
  'datasets.sound': PlayedSound;
  'datasets.stopSamples': null;
  'datasets.profile': Profile;
  'datasets.stopProfile': null;
  'datasets.privacy': PrivacyReport;
  'datasets.anonymity': AnonymityReport;
  'datasets.revise': JobId;
  'labels.open': LabellingState;
  'labels.set': LabelOutcome;
  'labels.accept': LabelOutcome;
  'labels.marks': Mark[];
  'labels.mark': LabelOutcome;
  'labels.acceptMarks': LabelOutcome;
  'labels.suggest': Suggested;
  'labels.suggestions': MarkSuggestions;
  'labels.chooseModel': ChosenModel | null;
  'labels.modelFacts': MarkerFacts;
  'labels.suggestMarks': SuggestedMarks;
  'labels.clickMask': ClickMask | null;
  'labels.learn': Learnt;
  'labels.stopLearning': null;
  'labels.rule': LabelOutcome;
  'labels.class': LabelOutcome;
  'labels.undo': LabelOutcome;
  'labels.redo': LabelOutcome;
  'labels.history': LabelHistoryLine[];
  'labels.freeze': DatasetVersion;
  'labels.agreement': AgreementReport;
  'labels.answers': BothAnswers;
  'labels.settle': LabelOutcome;
  'labels.export': DataExportResult | null;
  'labels.exportJudged': { path: string; samples: number } | null;
  /** How many samples have changed, and how much could not be taken. */
  'labels.import': { changed: number; format: ImportKind; left: number } | null;
  'recipes.steps': readonly StepInfo[];
  'recipes.preview': RecipePreview;
  'recipes.save': { path: string } | null;
  'recipes.open': (OpenedRecipe & { name: string }) | null;
  'datasets.previewSplit': SplitPreview;
  'datasets.pick': SamplePage;
  'datasets.leaks': LeakReport;
  'datasets.score': PredictionReport | null;
  'datasets.export': DataExportResult | null;
  'architectures.list': ArchitectureInfo[];
  'tokenizers.choose': TokenizerRef | null;
  'synonyms.choose': SynonymsRef | null;
  'synonyms.read': SynonymList;
  'train.estimate': TrainEstimate;
  'train.forecast': Forecast | null;
  'runs.start': RunId;
  'runs.crossValidate': RunId[];
  'runs.queue': RunId;
  'runs.pause': null;
  'runs.resume': null;
  'runs.addEpochs': null;
  'runs.checkpoints': CheckpointInfo[];
  'runs.weights': WeightReport;
  'runs.prune': number;
  'runs.move': null;
  'runs.resumeFailed': number;
  'queue.get': QueueState;
  'queue.hold': null;
  'runs.list': RunListing[];
  'runs.some': RunListing[];
  'runs.get': RunSummary;
  'runs.metricKeys': string[];
  'runs.column': MetricColumn;
  'runs.curves': CurvesFound;
  'runs.metrics': MetricSeries[];
  'runs.importance': RunImportance;
  'runs.stopEarly': null;
  'runs.rename': null;
  'runs.note': null;
  'runs.tag': null;
  'runs.archive': null;
  /** Once it is done; null where the dialog was dismissed. */
  'runs.import': ImportedRuns | null;
  'runs.export': ExportRunsResult | null;
  'runs.log': string;
  'runs.evaluate': EvaluateResult;
  'runs.quality': QualityReport;
  'runs.pictures': number[];
  /** A PNG. */
  'runs.picture': Uint8Array;
  'runs.predictionEpochs': number[];
  'runs.predictions': EpochPredictions;
  'runs.texts': number[];
  'runs.text': EpochText;
  'studies.list': StudySummary[];
  'studies.get': SentStudy;
  'studies.start': StudyId;
  'studies.pause': null;
  'studies.resume': null;
  'studies.finish': null;
  'studies.rename': null;
  'studies.importance': StudyImportance[];
  'studies.saveAs': { path: string } | null;
  'prompts.list': PromptSummary[];
  'prompts.get': PromptDetail;
  'prompts.create': PromptId;
  'prompts.edit': null;
  'prompts.set': null;
  'prompts.save': number;
  'prompts.version': PromptVersion;
  'prompts.annotate': null;
  'prompts.search': PromptHit[];
  'prompts.restore': null;
  'prompts.render': RenderedPrompt;
  'prompts.run': Completion;
  'prompts.stop': null;
  'prompts.tokens': (TokenChoice[] | null)[];
  'prompts.import': PromptId[] | null;
  'prompts.saveAs': { path: string } | null;
  'languageModels.list': LanguageModel[];
  'languageModels.add': LanguageModelRef | null;
  'languageModels.remove': null;
  'exports.list': ExportRecord[];
  'exports.start': JobId;
  'exports.reveal': null;
  'exports.saveAs': { path: string } | null;
  'jobs.list': Job[];
  'jobs.cancel': null;
  'jobs.again': JobId;
  'jobs.log': string;
  'jobs.dismiss': null;
}

export type Channel = keyof typeof inputs;
export type Input<C extends Channel> = v.InferInput<(typeof inputs)[C]>;
export type ParsedInput<C extends Channel> = v.InferOutput<(typeof inputs)[C]>;
export type Output<C extends Channel> = Outputs[C];

/** Errors cross as facts: Electron would flatten a thrown one to its message. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: ErrorFacts };

/** Sent from main to the window, batched to at most ten deliveries a second. */
export type StudioEvent =
  | { type: 'jobs'; jobs: Job[] }
  | { type: 'metrics'; run: RunId; points: MetricPoint[] }
  /** How far a version's profile is that the window asked for. */
  | ({ type: 'profile'; version: VersionId } & StepsDone)
  | {
      type: 'changed';
      noun: 'datasets' | 'exports' | 'devices' | 'preferences' | 'workspace' | 'queue' | 'studies' | 'prompts';
    }
  /** `runs`: those that are new or have changed; without it any may be. */
  | { type: 'changed'; noun: 'runs'; runs?: RunId[] }
  /** A model writes, or has ended. */
  | { type: 'completion'; news: CompletionNews }
  /** A trial was begun, has reported or ended. */
  | { type: 'trial'; study: StudyId; trial: StoredTrial }
  /** A study is done, or cannot go on by itself. */
  | { type: 'study-ended'; study: StudyId; name: string; failed: boolean }
  /** A run's device failed; the run goes on on the processor. */
  | { type: 'device-failed'; run: RunId; name: string; device: DeviceName; reason: ErrorFacts }
  /** Something of a run went wrong that holds nothing up: a checkpoint that could not be saved, say. */
  | { type: 'run-warning'; run: RunId; name: string; warning: ErrorFacts }
  /** A menu item or a second launch asks the window to do something. */
  | { type: 'command'; command: string };

/** What `window.studio` is. Paths never cross into the page: a drop becomes an offer with an opaque id. */
export interface StudioBridge {
  platform: 'linux' | 'darwin' | 'win32';
  invoke<C extends Channel>(channel: Exclude<C, 'imports.offer'>, input: Input<C>): Promise<Reply<Output<C>>>;
  /** Resolves the dropped files' real paths in the preload and asks what they hold. */
  offerDropped(files: readonly File[]): Promise<Reply<Offered>>;
  /** Returns the function that stops listening. */
  onEvents(listener: (events: StudioEvent[]) => void): () => void;
}

export interface Offered {
  /** Opaque; good for one `imports.start` within ten minutes. */
  id: string;
  /** What it holds, likeliest first; at least one, but where it holds runs. */
  found: ImportOffer[];
  /** It holds runs of another program, to be imported by `runs.import`. */
  runs: boolean;
  /** It is a language model's folder, which was added to the list. */
  model: LanguageModelRef | null;
}

export interface AppInfo {
  version: string;
  workspace: { name: string; path: string };
  recentWorkspaces: string[];
  /** The operating system's languages, best first. */
  systemLocales: string[];
  /** "Electron 45.4.1", or "Electron 33.2.1 (fallback)". */
  runtime: string;
}

export interface DoctorReport extends DevicesReport {
  /** Name → version, in showing order. */
  versions: [string, string][];
  runtime: string;
  workspace: string;
}

export interface TrainEstimate {
  parameters: number;
  /** "dense 128", "conv 3×3 · 32" … with output shapes, in order, for the small drawing of the net. */
  layers: { name: string; shape: number[]; parameters: number }[];
}
