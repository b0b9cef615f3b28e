import { join } from 'node:path';
import { recipeText } from '../datasets/recipes/file/write.ts';
import { stepInfos } from '../datasets/recipes/index.ts';
import type { EpochPredictions } from '../shared/epoch-predictions.ts';
import type { EpochText } from '../shared/epoch-text.ts';
import type { Readable } from '../db/connection.ts';
import { getLabelling } from '../db/labellings.ts';
import * as datasetRows from '../db/datasets.ts';
import * as exportRows from '../db/exports.ts';
import { dismissJob } from '../db/jobs.ts';
import type { SeriesQuery } from '../db/curves.ts';
import { openStore, sqliteVersion, type Notice, type WriteStore } from '../db/open.ts';
import { listMetricKeys } from '../db/run-metrics.ts';
import * as runRows from '../db/runs.ts';
import * as reading from './read-runs.ts';
import * as studyRows from '../db/studies.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { PackedCurves } from '../shared/packed-curves.ts';
import type { PlayedSound, SpectrogramPreview } from '../shared/audio.ts';
import type { RunImportance } from '../shared/run-importance.ts';
import type { SpectrogramQuery, StudioEvent, TrainEstimate, TrainRequest } from '../shared/contract.ts';
import type {
  DatasetDetail,
  DatasetSummary,
  DatasetVersion,
  OriginalImage,
  OriginalsReport,
  SamplePage,
  SampleQuery,
} from '../shared/dataset.ts';
import type { DeviceTest } from '../shared/device.ts';
import type { Forecast } from '../shared/forecast.ts';
import type { DatasetId, ExportId, JobId, LabellingId, PromptId, RunId, StudyId, VersionId } from '../shared/ids.ts';
import type { AtOnce, Job, QueueMove, QueueState } from '../shared/job.ts';
import type { DevicesReport, ProviderOffer } from '../shared/work/devices.ts';
import type { EvaluateResult } from '../shared/work/evaluate.ts';
import type { DataExportParams, DataExportResult } from '../shared/work/export-data.ts';
import type { GridRow } from '../shared/prompt/grid.ts';
import type { HubOffer } from '../shared/work/hub.ts';
import type { ImportOffer } from '../shared/work/import.ts';
import type { ScoreParams } from '../shared/work/judge.ts';
import type { PredictResult } from '../shared/work/predict.ts';
import type { RecipePreview } from '../shared/recipe-preview.ts';
import type { OpenedRecipe, Recipe, StepInfo } from '../shared/recipe.ts';
import type { AnonymityReport, PrivacyReport } from '../shared/privacy.ts';
import type { Profile } from '../shared/profile.ts';
import type {
  AddedEpochs,
  ArchitectureInfo,
  CheckpointInfo,
  CurvesFound,
  DeviceName,
  ExportRecord,
  MetricColumn,
  MetricSeries,
  MetricTable,
  RunListing,
  RunSummary,
  TrainedRun,
} from '../shared/run.ts';
import type { ExportRunsResult, ImportedRuns } from '../shared/run-exchange.ts';
import type { PredictionReport } from '../shared/object-scores.ts';
import type { LeakQuestion, LeakReport } from '../shared/leaks.ts';
import type { QualityReport } from '../shared/quality.ts';
import type { SplitPreview, SplitWish } from '../shared/split.ts';
import type { ImportanceMethod, StudyDetail, StudyImportance, StudyRequest, StudySummary } from '../shared/study.ts';
import { readSynonymsRef, synonymsRef, type SynonymList, type SynonymsRef } from '../shared/augment/synonyms.ts';
import { tokenizerRef, type TokenizerRef } from '../shared/text.ts';
import type { RunProvenance } from '../shared/run-provenance.ts';
import type { WeightQuestion, WeightReport } from '../shared/weights.ts';
import { addEpochs } from './add-epochs.ts';
import { checkCheckpoints, checkpointsFolder, listCheckpoints } from './checkpoints.ts';
import type { Context } from './context.ts';
import { crossValidate, type CrossValidation, type FoldsWish } from './cross-validate.ts';
import { Devices } from './devices.ts';
import * as datasets from './datasets.ts';
import type { Imported, ImportRequest, ReviseRequest } from './datasets.ts';
import { audioOptions, estimateNet } from './estimate.ts';
import { Events } from './events.ts';
import { exportRuns, type ExportRunsRequest } from './export-runs.ts';
import { exportRun, type ExportRequest } from './exports.ts';
import { Forecasts } from './forecasts.ts';
import { askGradients, type GradientsAsked } from './gradients.ts';
import { FewShot } from './labels/few-shot.ts';
import { ModelMarks } from './labels/model-marks.ts';
import { writeJudged, type JudgedExport } from './labels/judged-file.ts';
import { Labels } from './labels/labels.ts';
import { readLog } from './job-log.ts';
import { evaluateParams, predictParams, type EvaluateRequest, type PredictRequest } from './models.ts';
import * as originals from './originals.ts';
import type { Relinked } from './originals.ts';
import { picture, pictureEpochs } from './pictures.ts';
import { Documents } from './documents/documents.ts';
import { Evaluations } from './prompts/evaluations.ts';
import { Grids } from './prompts/grids.ts';
import { askHub, downloadAgain, downloadModel, type Downloaded, type HubWish } from './prompts/hub.ts';
import { Meanings } from './prompts/meaning.ts';
import { importPrompts, suiteText, type ImportedPrompts, type SuiteFile } from './prompts/prompt-files.ts';
import { Prompts } from './prompts/prompts.ts';
import { leakParams, qualityParams, type QualityRequest } from './quality.ts';
import { epochPredictions, predictionEpochs } from './epoch-predictions.ts';
import { epochText, textEpochs } from './texts.ts';
import { pruneCheckpoints, type Pruned } from './prune-checkpoints.ts';
import { JobQueue } from './queue.ts';
import { Integrity } from './integrity.ts';
import { Reader } from './reader.ts';
import { importRuns } from './import-runs.ts';
import { Remotes } from './remote/remotes.ts';
import { runImportance } from './run-importance.ts';
import { provenanceOf } from './run-provenance.ts';
import * as runs from './runs.ts';
import type { Queueing, Resuming, StartedRun } from './runs.ts';
import { dividedThreads, type Machine } from './slots.ts';
import { trainSample, type SampleResult, type SampleStep } from './sample.ts';
import type { DeviceAsked } from './train-settings.ts';
import { planStudy, type PlannedStudy } from './studies/study-plan.ts';
import { Studies, type MoreBudget, type StartedStudy } from './studies/studies.ts';
import { importanceOf, studyDetail, studySummaries } from './studies/study-facts.ts';
import { settleUnfinished, sweepLeftovers } from './unfinished.ts';
import type { SpawnUtility } from './utility.ts';
import type { Started } from './work.ts';

export interface StudioOptions {
  /** The workspace folder, absolute; made when missing. */
  folder: string;
  /** The folder of the .sql files. */
  migrations: string;
  appVersion: string;
  /** Who this is, for the message to a second writer: "the Atelier window", "atelier train". */
  owner: string;
  spawnUtility: SpawnUtility;
  architectures: readonly ArchitectureInfo[];
  /** Takes up trainings that waited, and lets those that work wait when it closes (see `QueueOptions`). */
  goesOn?: boolean;
  /** By itself where left out. */
  atOnce?: AtOnce;
  /** This one where left out. */
  machine?: Machine;
  /** Without a keychain where left out. */
  remotes?: Remotes;
}

/**
 * The one owner of a workspace: everything the window and the command line can do with it, and what they can ask of it.
 * Acts throw (or reject with) AtelierErrors. Acts that take long return at once with a job and a promise of its result,
 * which may be left unheard; how it went is in the job as well.
 */
export class Studio {
  readonly folder: string;
  /** Repairs, migrations and interrupted jobs found at opening: to be shown once. */
  readonly notices: readonly Notice[];
  readonly architectures: readonly ArchitectureInfo[];
  readonly labels: Labels;
  readonly fewShot: FewShot;
  readonly modelMarks: ModelMarks;
  readonly prompts: Prompts;
  readonly grids: Grids;
  readonly evaluations: Evaluations;
  readonly documents: Documents;
  readonly remotes: Remotes;
  readonly #store: WriteStore;
  readonly #queue: JobQueue;
  readonly #integrity: Integrity;
  readonly #reader: Reader;
  /** Opens models of other people's: what they take along is not what the window shows of data. */
  readonly #models: Reader;
  readonly #events = new Events();
  readonly #devices: Devices;
  readonly #forecasts: Forecasts;
  readonly #spawn: SpawnUtility;
  #gradients: GradientsAsked | null = null;
  readonly #context: Context;
  readonly #studies: Studies;
  readonly #swept: Promise<unknown>;

  private constructor(store: WriteStore, options: StudioOptions, swept: Promise<unknown>) {
    this.#swept = swept;
    this.folder = options.folder;
    this.notices = store.notices;
    // Without their build functions: these facts cross to the window.
    this.architectures = options.architectures.map(({ id, inputs, learns, fields, training }) => ({
      id,
      inputs,
      learns,
      fields,
      training,
    }));
    this.#store = store;
    const { goesOn = false, atOnce = 'auto', machine } = options;
    this.#queue = new JobQueue(store, options.spawnUtility, this.#events, { goesOn, atOnce, machine });
    this.#integrity = new Integrity(options.spawnUtility, workspaceFiles.database(this.folder));
    this.#reader = new Reader(options.spawnUtility);
    this.#models = new Reader(options.spawnUtility);
    const basics = { store, queue: this.#queue, events: this.#events, architectures: this.architectures };
    this.remotes = options.remotes ?? new Remotes({ spawn: options.spawnUtility });
    this.remotes.onChange = () => this.#events.emit({ type: 'changed', noun: 'prompts' });
    this.#devices = new Devices(basics, this.#reader, options.spawnUtility);
    this.#context = {
      ...basics,
      chooseDevice: (architecture, asked) => this.chooseDevice(architecture, asked),
      appVersion: options.appVersion,
      remotes: this.remotes,
      watches: [],
    };
    this.labels = new Labels(this.#context, this.#reader);
    this.fewShot = new FewShot(this.#context, this.labels, options.spawnUtility);
    this.modelMarks = new ModelMarks(this.#context, this.labels, this.#models);
    const meanings = new Meanings(store, this);
    this.documents = new Documents(this.#context, options.spawnUtility);
    this.prompts = new Prompts(this.#context, options.spawnUtility, meanings, this.documents);
    this.grids = new Grids(this.#context, meanings, this.prompts);
    this.evaluations = new Evaluations(this.#context, this.grids, this.#reader);
    this.#forecasts = new Forecasts(this.#context, options.spawnUtility);
    this.#spawn = options.spawnUtility;
    this.#studies = new Studies(this.#context, goesOn);
    runs.restoreWaiting(this.#context);
    this.#studies.restore();
    if (goesOn) this.grids.restore();
  }

  /** Takes the workspace's lock, checks, migrates and if need be repairs it. Blocks; tens of milliseconds when all is well. */
  static open(options: StudioOptions): Studio {
    const { folder, migrations, appVersion, owner } = options;
    const store = openStore(folder, { mode: 'write', migrations, appVersion, owner });
    return new Studio(store, options, sweepLeftovers(store));
  }

  /** Cancels what works (within 2 s), then lets go of the workspace. */
  async close(): Promise<void> {
    this.#reader.close();
    this.#models.close();
    this.grids.close();
    this.evaluations.close();
    await this.#studies.close();
    this.#gradients?.cancel();
    await Promise.all([
      this.#gradients?.result.catch(() => null),
      this.#forecasts.close(),
      this.#integrity.close(),
      this.fewShot.close(),
      this.prompts.close(),
      this.#queue.close(),
      this.#swept,
    ]);
    await this.documents.close();
    this.#store.close();
  }

  /** Jobs (at most four times a second each), metric points as they come, and which lists have changed. */
  onEvent(listener: (event: StudioEvent) => void): () => void {
    return this.#events.on(listener);
  }

  /** For the queries of db/ and resolve.ts; nothing can be written through it. */
  get reading(): Readable {
    return this.#store;
  }

  // Data

  importData(request: ImportRequest): Started<Imported> {
    return datasets.importData(this.#context, request);
  }
  /** Reads the source of a dataset again: its next version is what has changed. */
  importInto(dataset: DatasetId, more?: Parameters<typeof datasets.importInto>[2]): Started<Imported> {
    return datasets.importInto(this.#context, dataset, more);
  }
  /** Does an import once more that failed or was cut short, from where it was as far as that is known. */
  importAgain(job: JobId): Started<Imported> {
    return datasets.importAgain(this.#context, job);
  }
  revise(request: ReviseRequest): Started<DatasetVersion> {
    return datasets.revise(this.#context, request);
  }
  /** The version itself where its target is this column, else another version of its dataset, else a new one. */
  versionWithTarget(version: VersionId, target: string): Promise<DatasetVersion> {
    return datasets.versionWithTarget(this.#context, version, target);
  }
  renameDataset(id: DatasetId, name: string): void {
    datasets.renameDataset(this.#context, id, name);
  }
  archiveDataset(id: DatasetId, archived: boolean): void {
    datasets.archiveDataset(this.#context, id, archived);
  }
  listDatasets(options?: { archived?: boolean }): DatasetSummary[] {
    return datasetRows.listDatasets(this.#store, options);
  }
  getDataset(id: DatasetId, version?: VersionId): DatasetDetail {
    return datasetRows.getDataset(this.#store, id, version);
  }
  getVersion(id: VersionId): DatasetVersion {
    return datasetRows.getVersion(this.#store, id);
  }
  samples(query: SampleQuery): Promise<SamplePage> {
    const { manifest } = this.getVersion(query.version);
    return this.#reader.samples(workspaceFiles.blobs(this.folder), manifest, query);
  }
  /** Every kind of step that a recipe can have. */
  readonly recipeSteps: readonly StepInfo[] = stepInfos;
  /** A few samples before and after a step of a recipe that need not be applied yet. */
  previewRecipe(version: VersionId, recipe: Recipe, at: number): Promise<RecipePreview> {
    const { manifest } = this.getVersion(version);
    return this.#reader.recipe(workspaceFiles.blobs(this.folder), manifest, recipe, at, (steps) =>
      this.#events.emit({ type: 'recipe', version, ...steps }),
    );
  }
  async stopPreview(version: VersionId): Promise<null> {
    await this.#reader.stopRecipe(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest);
    return null;
  }
  /** A recipe as a YAML file that people read; it need not be applied yet. */
  recipeText(version: VersionId, recipe: Recipe): string {
    const { dataset, number } = this.getVersion(version);
    return recipeText(recipe, { dataset: this.getDataset(dataset).summary.name, version: number });
  }
  /** A recipe's file, YAML or JSON, to be used on this version; nothing is applied. */
  openRecipe(version: VersionId, path: string): Promise<OpenedRecipe> {
    return this.#reader.recipeFile(path, this.getVersion(version).manifest);
  }
  /** What dividing a version so would give, before it is done. */
  previewSplit(version: VersionId, split: SplitWish): Promise<SplitPreview> {
    return this.#reader.previewSplit(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest, split);
  }
  /** These samples of a version, in this order; at most 500. */
  pick(version: VersionId, samples: number[]): Promise<SamplePage> {
    return this.#reader.pick(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest, samples);
  }
  /** Writes judgements with what was judged; how many there are. Throws `kind_unfit`, `other_samples`. */
  async exportJudged(labelling: LabellingId, version: VersionId, how: JudgedExport): Promise<number> {
    this.labels.requireSamplesOf(labelling, version);
    return writeJudged(
      this.reading,
      workspaceFiles.blobs(this.folder),
      this.#reader,
      getLabelling(this.reading, labelling),
      version,
      how,
    );
  }
  /** What is on both sides of a version's split. */
  checkLeaks(version: VersionId, question: LeakQuestion = {}): Started<LeakReport> {
    const { dataset } = this.getVersion(version);
    return this.#queue.submit({
      kind: 'leaks',
      title: this.getDataset(dataset).summary.name,
      dataset,
      params: leakParams(this.#store, this.folder, version, question),
    });
  }
  /** Scores predictions in a file or folder by what is marked in a version; of one split, or of all. */
  scorePredictions(version: VersionId, how: Pick<ScoreParams, 'path' | 'split'>): Started<PredictionReport> {
    const { dataset, manifest } = this.getVersion(version);
    return this.#queue.submit({
      kind: 'score',
      title: this.getDataset(dataset).summary.name,
      dataset,
      params: { blobs: workspaceFiles.blobs(this.folder), manifest, ...how },
    });
  }
  /** Writes samples of a version and their annotations as files. */
  exportData(
    version: VersionId,
    how: Omit<DataExportParams, 'blobs' | 'manifest' | 'newest'>,
  ): Started<DataExportResult> {
    const { dataset } = this.getVersion(version);
    return this.#queue.submit({
      kind: 'export-data',
      title: this.getDataset(dataset).summary.name,
      dataset,
      params: { blobs: workspaceFiles.blobs(this.folder), ...originals.withNewest(this.#store, version), ...how },
    });
  }
  /** What a run says of the samples of its version. */
  judgeQuality(request: QualityRequest): Started<QualityReport> {
    const { name } = this.getRun(request.run);
    const params = qualityParams(this.#store, this.folder, request);
    return this.#queue.submit({ kind: 'quality', title: name, run: request.run, params });
  }
  /** The version itself or another one of its dataset that is divided just so, else a new one. */
  versionWithSplit(version: VersionId, split: SplitWish): Promise<DatasetVersion> {
    return datasets.versionWithSplit(this.#context, version, split);
  }
  /** The version itself where this fold is its test split, else another version of its dataset with the same folds, else a new one. */
  versionWithFold(version: VersionId, fold: number): Promise<DatasetVersion> {
    return datasets.versionWithFold(this.#context, version, fold);
  }
  /** An image's own file, where it was kept. */
  original(version: VersionId, sample: number): Promise<OriginalImage> {
    const { manifest, newest } = originals.withNewest(this.#store, version);
    return this.#reader.original(workspaceFiles.blobs(this.folder), manifest, sample, newest);
  }
  /** How the files of a version's images stand that were left where they were; null where none were. */
  async originals(version: VersionId): Promise<OriginalsReport | null> {
    const { manifest, newest } = originals.withNewest(this.#store, version);
    if (!manifest.blobs.references) return null;
    return this.#reader.originals(workspaceFiles.blobs(this.folder), manifest, newest);
  }
  /** Looks for those files in a folder. */
  relink(dataset: DatasetId, folder: string): Started<Relinked> {
    return originals.relinkDataset(this.#context, dataset, folder);
  }
  /** A sound, to be played. */
  sound(version: VersionId, sample: number): Promise<PlayedSound> {
    return this.#reader.sound(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest, sample);
  }
  /** A few sounds as a net with these settings sees them. */
  spectrograms(request: SpectrogramQuery): Promise<SpectrogramPreview> {
    const { manifest } = this.getVersion(request.version);
    const options = audioOptions(request.architecture, request.architectureSettings);
    return this.#reader.spectrograms(workspaceFiles.blobs(this.folder), manifest, options, request.samples);
  }
  async stopSamples(version: VersionId): Promise<null> {
    await this.#reader.stopSamples(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest);
    return null;
  }
  async stopProfile(version: VersionId): Promise<null> {
    await this.#reader.stopProfile(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest);
    return null;
  }
  profile(version: VersionId): Promise<Profile> {
    const { manifest } = this.getVersion(version);
    return this.#reader.profile(workspaceFiles.blobs(this.folder), manifest, (steps) =>
      this.#events.emit({ type: 'profile', version, ...steps }),
    );
  }
  /** Which columns hold personal data. */
  privacy(version: VersionId): Promise<PrivacyReport> {
    return this.#reader.privacy(workspaceFiles.blobs(this.folder), this.getVersion(version).manifest);
  }
  /** How many rows share their values in these columns with fewer than `wanted` in all. */
  anonymity(version: VersionId, columns: string[], wanted: number): Promise<AnonymityReport> {
    const { manifest } = this.getVersion(version);
    return this.#reader.anonymity(workspaceFiles.blobs(this.folder), manifest, columns, wanted);
  }
  /** What files hold, before anything is imported. */
  offer(paths: string[]): Promise<ImportOffer[]> {
    return this.#reader.offer(paths);
  }

  /** Keeps a tokenizer.json, to train with: what its setting is to say. */
  async addTokenizer(path: string): Promise<TokenizerRef> {
    return tokenizerRef(await this.#reader.tokenizer(workspaceFiles.blobs(this.folder), path));
  }

  /** Keeps a list of synonyms, to train with: what its setting is to say. */
  async addSynonyms(path: string): Promise<SynonymsRef> {
    return synonymsRef(await this.#reader.keepSynonyms(workspaceFiles.blobs(this.folder), path));
  }
  /** What a list that was kept says. */
  synonyms(ref: SynonymsRef): Promise<SynonymList> {
    return this.#reader.synonyms(workspaceFiles.blobs(this.folder), readSynonymsRef(ref)!.blob);
  }

  // Runs

  /** The net these settings give, before anything is trained. */
  estimate(request: Pick<TrainRequest, 'version' | 'architecture' | 'architectureSettings'>): TrainEstimate {
    const { manifest } = this.getVersion(request.version);
    return estimateNet(manifest, request.architecture, request.architectureSettings);
  }

  /** What a run would take, found out by beginning it for a moment. The latest question counts: those before it are cancelled. */
  forecast(request: TrainRequest): Promise<Forecast> {
    return this.#forecasts.ask(request);
  }
  cancelForecast(): void {
    this.#forecasts.cancel();
  }

  startRun(request: TrainRequest, how?: Queueing): StartedRun {
    this.#forecasts.cancel();
    return runs.startRun(this.#context, request, how);
  }
  /** A run that ended without finishing goes on, from its last checkpoint where there is one and `anew` does not say otherwise. */
  continueRun(id: RunId, how?: Resuming): StartedRun {
    return runs.continueRun(this.#context, id, how);
  }
  /** Those that failed or were cut short, oldest first; those that diverged would again. */
  failedRuns(): { again: RunId[]; diverged: RunId[] } {
    return runs.failedRuns(this.#context);
  }
  /** Queues all of these but those that diverged. */
  continueFailed(how?: Queueing): StartedRun[] {
    return this.failedRuns().again.map((id) => runs.continueRun(this.#context, id, how));
  }
  /** A run that has ended trains on, as a new stretch. */
  addEpochs(id: RunId, added: AddedEpochs, how?: Queueing): StartedRun {
    return addEpochs(this.#context, id, added, how);
  }
  /** What of the run lies on disk to go on from, the furthest first. */
  checkpoints(id: RunId): CheckpointInfo[] {
    runRows.runKey(this.#store, id);
    return listCheckpoints(this.folder, id);
  }
  /** Removes checkpoints of runs that have ended; the bytes that are free then. */
  pruneCheckpoints(ids: readonly RunId[], what: Pruned, dry?: boolean): number {
    return pruneCheckpoints(this.#context, ids, what, dry);
  }
  pauseRun(id: RunId): void {
    runs.pauseRun(this.#context, id);
  }
  /** Whatever keeps it from going on: a run that waits or is paused begins when there is room, one that has ended is queued once more. */
  resumeRun(id: RunId, how: Resuming = {}): StartedRun {
    return runs.resumeRun(this.#context, id, how);
  }
  moveRun(id: RunId, to: QueueMove): void {
    runs.moveRun(this.#context, id, to);
  }
  /** A run for each fold, tested on it. */
  crossValidate(request: TrainRequest, folds: FoldsWish): Promise<CrossValidation> {
    this.#forecasts.cancel();
    return crossValidate(this.#context, request, folds);
  }
  stopEarly(id: RunId): void {
    runs.stopEarly(this.#context, id);
  }
  cancelRun(id: RunId): void {
    runs.cancelRun(this.#context, id);
  }
  renameRun(id: RunId, name: string): void {
    runs.renameRun(this.#context, id, name);
  }
  noteRun(id: RunId, notes: string): void {
    runs.noteRun(this.#context, id, notes);
  }
  /** Puts tags on runs and takes others off. */
  tagRuns(ids: readonly RunId[], add: readonly string[], remove: readonly string[] = []): void {
    runs.tagRuns(this.#context, ids, add, remove);
  }
  archiveRuns(ids: readonly RunId[], archived: boolean): void {
    runs.archiveRuns(this.#context, ids, archived);
  }
  listRuns(options?: { archived?: boolean; version?: VersionId }): RunSummary[] {
    return runRows.listRuns(this.#store, options);
  }
  /** As lists need them; this and what else is read of many runs lets other work of this thread go on in between. */
  listings(olderThan?: RunId): Promise<RunListing[]> {
    return reading.listings(this.#store, olderThan);
  }
  /** These of the list, archived ones as well, with these metrics besides the usual ones. */
  listingsOf(ids: readonly RunId[], metrics: readonly string[] = []): Promise<RunListing[]> {
    return reading.listingsOf(this.#store, ids, metrics);
  }
  /** Every metric that any run has. */
  listMetricKeys(): string[] {
    return listMetricKeys(this.#store);
  }
  /** One metric of all runs. */
  metricColumn(key: string): Promise<MetricColumn> {
    return reading.columnOf(this.#store, key);
  }
  /** All metrics of these runs. */
  metricTable(ids: readonly RunId[]): Promise<MetricTable> {
    return reading.metricTable(this.#store, ids);
  }
  getRun(id: RunId): RunSummary {
    return runRows.getRun(this.#store, id);
  }
  /** Runs of other programs: MLflow's folders, JSON Lines, TensorBoard's event files. */
  importRuns(paths: readonly string[]): Started<ImportedRuns> {
    return importRuns(this.#context, paths);
  }
  exportRuns(request: ExportRunsRequest): Started<ExportRunsResult> {
    return exportRuns(this.#context, request);
  }
  /** One that was not imported. */
  getTrainedRun(id: RunId): TrainedRun {
    return runRows.getTrainedRun(this.#store, id);
  }
  /** Which curves these have. */
  curves(ids: readonly RunId[]): Promise<CurvesFound> {
    return reading.curvesOf(this.#store, ids);
  }
  /** Their curves, run by run. */
  series(ids: readonly RunId[], query?: SeriesQuery): Promise<MetricSeries[]> {
    return reading.seriesOf(this.#store, ids, query);
  }
  /** The same for the window. */
  packedCurves(ids: readonly RunId[], query?: SeriesQuery): Promise<PackedCurves> {
    return reading.packedCurves(this.#store, ids, query);
  }
  /** What made these runs, of which data, and how often their test splits were looked at. */
  provenance(ids: readonly RunId[]): Promise<RunProvenance[]> {
    return provenanceOf(this.#store, this.folder, ids);
  }
  /** What settings have to do with a metric, over these runs; other work of this thread goes on in between. */
  runImportance(ids: readonly RunId[], metric: string): Promise<RunImportance> {
    return runImportance(this.#store, ids, metric);
  }
  runLog(id: RunId): string {
    return readLog(runs.runLog(this.folder, id));
  }
  /** The epochs that left a picture of what the model makes. */
  pictureEpochs(id: RunId): number[] {
    return pictureEpochs(this.folder, id);
  }
  /** A PNG. */
  picture(id: RunId, epoch: number): Promise<Uint8Array> {
    return picture(this.folder, id, epoch);
  }
  /** The epochs that left what the model said of the same samples. */
  predictionEpochs(id: RunId): number[] {
    return predictionEpochs(this.folder, id);
  }
  epochPredictions(id: RunId, epoch: number): Promise<EpochPredictions> {
    return epochPredictions(this.folder, id, epoch);
  }
  /** The epochs that left a text of what the model writes or guesses. */
  textEpochs(id: RunId): number[] {
    return textEpochs(this.folder, id);
  }
  epochText(id: RunId, epoch: number): Promise<EpochText> {
    return epochText(this.folder, id, epoch);
  }
  /** How the values in a run's checkpoint are spread, or the gradients there: of those only the latest question is answered. */
  async weights(id: RunId, question: WeightQuestion): Promise<WeightReport> {
    const { checkpoint, since, kind } = question;
    checkCheckpoints(this.folder, this.getRun(id), since === undefined ? [checkpoint] : [checkpoint, since]);
    this.#gradients?.cancel();
    if (kind === 'gradients') {
      this.#gradients = askGradients(this.#store, this.folder, this.#spawn, id, checkpoint);
      return this.#gradients.result;
    }
    return this.#reader.weights(checkpointsFolder(this.folder, id), { ...question, kind });
  }
  /** Where a run's checkpoints, curves and log lie. */
  runFolder(id: RunId): string {
    return workspaceFiles.run(this.folder, id);
  }

  // Studies

  /** What a study file says of this version, checked. */
  planStudy(written: unknown, version: VersionId): PlannedStudy {
    const { manifest } = this.getVersion(version);
    return planStudy(written, { manifest, architectures: this.architectures });
  }
  startStudy(request: StudyRequest): StartedStudy {
    this.#forecasts.cancel();
    return this.#studies.start(request);
  }
  /** One that was paused, cut short or has finished goes on, with more of a budget where it is given. */
  resumeStudy(id: StudyId, more?: MoreBudget): StartedStudy {
    return this.#studies.resume(id, more);
  }
  /** Its runs save checkpoints and wait; nothing more is tried until it is resumed. */
  pauseStudy(id: StudyId): void {
    this.#studies.pause(id);
  }
  /** Ends it where it is. */
  finishStudy(id: StudyId): void {
    this.#studies.finish(id);
  }
  renameStudy(id: StudyId, name: string): void {
    this.#studies.rename(id, name);
  }
  listStudies(): StudySummary[] {
    return studySummaries(this.#store);
  }
  getStudy(id: StudyId): StudyDetail {
    return studyDetail(this.#store, studyRows.getStudy(this.#store, id));
  }
  /** Which of its settings matter. */
  studyImportance(id: StudyId, method?: ImportanceMethod): Promise<StudyImportance[]> {
    return importanceOf(this.#store, id, method);
  }

  // Models

  /** Prompts from files: plain ones, and promptfoo's configurations with their tests. */
  importPrompts(paths: readonly string[]): ImportedPrompts {
    return importPrompts(this.#context, this, paths);
  }
  /** Prompts with their tests as a promptfoo configuration. */
  suiteText(wanted: readonly { prompt: PromptId; version?: number }[], rows?: readonly GridRow[]): Promise<SuiteFile> {
    return suiteText(this.#context, this, wanted, rows);
  }
  /** What a model of Hugging Face's hub is and how large, before anything of it is downloaded. */
  askHub(wish: HubWish): Promise<HubOffer> {
    return askHub(this.#spawn, wish);
  }
  /** Downloads it into the list of language models. */
  downloadModel(wish: HubWish): Started<Downloaded> {
    return downloadModel(this.#context, wish);
  }
  evaluate(request: EvaluateRequest): Started<EvaluateResult> {
    const params = evaluateParams(this.#store, this.folder, request);
    return this.#queue.submit({
      kind: 'evaluate',
      title: this.#titleOf(request.model),
      params,
      ...this.#runOf(request.model),
    });
  }
  predict(request: PredictRequest): Started<PredictResult> {
    const params = predictParams(this.#store, this.folder, request);
    return this.#queue.submit({
      kind: 'predict',
      title: this.#titleOf(request.model),
      params,
      ...this.#runOf(request.model),
    });
  }
  exportRun(request: ExportRequest): Started<ExportRecord> {
    return exportRun(this.#context, request);
  }
  listExports(run?: RunId): ExportRecord[] {
    return exportRows.listExports(this.#store, run);
  }
  getExport(id: ExportId): ExportRecord {
    return exportRows.getExport(this.#store, id);
  }

  /** Imports the bundled samples, trains an MLP and a CNN on the glyphs and exports the better one. */
  trainSample(samples: string, told?: (step: SampleStep) => void): { firstJob: JobId; result: Promise<SampleResult> } {
    return trainSample(this.#context, samples, told);
  }

  // Jobs

  listJobs(): Job[] {
    return this.#queue.list();
  }
  /** How the trainings' queue stands and is set. */
  get queue(): QueueState {
    return { held: this.#queue.held, atOnce: this.#queue.atOnce };
  }
  /** Paused as a whole: those that work go on, and none begins. */
  holdQueue(held: boolean): void {
    this.#queue.held = held;
  }
  setAtOnce(atOnce: AtOnce): void {
    this.#queue.atOnce = atOnce;
  }
  /** Does a job once more that failed or was cut short, from where it was as far as that is known: another job. */
  again(id: JobId): JobId {
    const { kind, run } = this.getJob(id);
    if (kind === 'grid') return this.grids.fillAgain(id).job;
    if (kind === 'documents' || kind === 'embed') return this.documents.again(id).job;
    if (kind === 'download') return downloadAgain(this.#context, id).job;
    return (kind === 'train' && run ? this.continueRun(run) : this.importAgain(id)).job;
  }
  getJob(id: JobId): Job {
    return this.#queue.get(id);
  }
  cancelJob(id: JobId): void {
    this.#queue.cancel(id);
  }
  dismissJobs(ids: readonly JobId[]): void {
    const ended = ids.filter((id) => !this.activeJobs.some((job) => job.id === id));
    this.#store.transaction(() => ended.forEach((id) => dismissJob(this.#store, id)));
    for (const id of ended) settleUnfinished(this.#store, id);
    this.#events.emit({ type: 'jobs', jobs: [] });
  }
  jobLog(id: JobId): string {
    const job = this.#queue.get(id);
    return job.kind === 'train' && job.run ? this.runLog(job.run) : readLog(this.#queue.logPath(id));
  }
  /** Jobs that wait or work. */
  get activeJobs(): Job[] {
    return this.#queue.active;
  }
  /** Of these, those that closing puts an end to or holds up: not those that wait for whoever goes on with the queue. */
  get ownJobs(): Job[] {
    return this.#queue.own;
  }

  // The machine

  /** What there is to train on. Devices that were never tested are tried for a moment, in processes of their own. */
  devices(): Promise<DevicesReport> {
    return this.#devices.survey();
  }
  /** What `auto` and 0 threads stand for. */
  chooseDevice(architecture: string, asked: DeviceAsked): { device: DeviceName; threads: number } {
    const chosen = this.#devices.choose(architecture, asked);
    if (asked.threads > 0) return chosen;
    const { atOnce, machine } = this.#queue;
    return { ...chosen, threads: dividedThreads(chosen.threads, atOnce, machine.cores) };
  }
  /** To be awaited before a run is started on device `auto`. */
  knowDevices(): Promise<void> {
    return this.#devices.know();
  }
  /** ONNX Runtime's CUDA provider, which is a download of its own: what it is, and getting it. */
  offerProvider(): Promise<ProviderOffer> {
    return this.#devices.offerProvider();
  }
  getProvider(): Promise<Started<ProviderOffer>> {
    return this.#devices.getProvider();
  }
  testDevices(): Promise<Started<DeviceTest[]>> {
    this.#forecasts.cancel();
    return this.#devices.test();
  }
  /** 'ok', or the first thing wrong with the database. Reads the whole file, in a process of its own. */
  integrity(): Promise<string> {
    return this.#integrity.check();
  }
  get sqliteVersion(): string {
    return sqliteVersion(this.#store);
  }

  #titleOf(model: EvaluateRequest['model']): string {
    return 'run' in model ? this.getRun(model.run).name : join(model.onnx).split(/[\\/]/).pop()!;
  }
  #runOf(model: EvaluateRequest['model']): { run?: RunId } {
    return 'run' in model ? { run: model.run } : {};
  }
}

export type {
  EvaluateRequest,
  ExportRequest,
  Imported,
  ImportRequest,
  PredictRequest,
  Relinked,
  ReviseRequest,
  Started,
  StartedRun,
  StartedStudy,
};
export type { SampleResult, SampleStep, SpawnUtility, TrainRequest };
