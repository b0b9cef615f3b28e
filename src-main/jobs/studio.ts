import type { Readable } from '../db/connection.ts';
import { openStore, sqliteVersion, type Notice, type WriteStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import type { StudioEvent } from '../shared/contract.ts';
import type { JobId, PromptId } from '../shared/ids.ts';
import type { AtOnce } from '../shared/job.ts';
import type { GridRow } from '../shared/prompt/grid.ts';
import type { ArchitectureInfo } from '../shared/run.ts';
import type { Context } from './context.ts';
import { Devices } from './devices.ts';
import { Documents } from './documents/documents.ts';
import { Events } from './events.ts';
import { Forecasts } from './forecasts.ts';
import { Integrity } from './integrity.ts';
import { FewShot } from './labels/few-shot.ts';
import { Labels } from './labels/labels.ts';
import { ModelMarks } from './labels/model-marks.ts';
import { Completions } from './prompts/completions.ts';
import { Evaluations } from './prompts/evaluations.ts';
import { Grids } from './prompts/grids.ts';
import { Meanings } from './prompts/meaning.ts';
import { LanguageModels } from './prompts/model-list.ts';
import { importPrompts, suiteText, type ImportedPrompts, type SuiteFile } from './prompts/prompt-files.ts';
import { Prompts } from './prompts/prompts.ts';
import { Rendering } from './prompts/rendering.ts';
import { Writers } from './prompts/writers.ts';
import { JobQueue } from './queue.ts';
import { Reader } from './reader.ts';
import { Remotes } from './remote/remotes.ts';
import { restoreWaiting } from './runs.ts';
import { trainSample, type SampleResult, type SampleStep } from './sample.ts';
import type { Machine } from './slots.ts';
import { Studies } from './studies/studies.ts';
import { StudioDatasets } from './studio/datasets.ts';
import { StudioDevices } from './studio/devices.ts';
import { StudioJobs } from './studio/jobs.ts';
import { StudioMetrics } from './studio/metrics.ts';
import { StudioModels } from './studio/models.ts';
import { StudioRecipes } from './studio/recipes.ts';
import { StudioReports } from './studio/reports.ts';
import { StudioRunFiles } from './studio/run-files.ts';
import { StudioRuns } from './studio/runs.ts';
import { StudioSamples } from './studio/samples.ts';
import { StudioStudies } from './studio/studies.ts';
import { StudioTraining } from './studio/training.ts';
import { sweepLeftovers, sweptAfter } from './unfinished.ts';
import type { SpawnUtility } from './utility.ts';

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
 * The one owner of a workspace: everything the window and the command line can do with it, and what they can ask of it, by subject.
 * Acts throw (or reject with) AtelierErrors. Acts that take long return at once with a job and a promise of its result,
 * which may be left unheard; how it went is in the job as well.
 */
export class Studio {
  readonly folder: string;
  /** Repairs, migrations and interrupted jobs found at opening: to be shown once. */
  readonly notices: readonly Notice[];
  readonly architectures: readonly ArchitectureInfo[];
  readonly datasets: StudioDatasets;
  readonly samples: StudioSamples;
  readonly recipes: StudioRecipes;
  readonly reports: StudioReports;
  readonly labels: Labels;
  readonly fewShot: FewShot;
  readonly modelMarks: ModelMarks;
  readonly training: StudioTraining;
  readonly runs: StudioRuns;
  readonly metrics: StudioMetrics;
  readonly runFiles: StudioRunFiles;
  readonly studies: StudioStudies;
  readonly models: StudioModels;
  readonly languageModels: LanguageModels;
  readonly prompts: Prompts;
  readonly rendering: Rendering;
  readonly completions: Completions;
  readonly grids: Grids;
  readonly evaluations: Evaluations;
  readonly documents: Documents;
  readonly remotes: Remotes;
  readonly jobs: StudioJobs;
  readonly devices: StudioDevices;
  readonly #store: WriteStore;
  readonly #queue: JobQueue;
  readonly #integrity: Integrity;
  readonly #reader: Reader;
  /** Opens models of other people's: what they take along is not what the window shows of data. */
  readonly #models: Reader;
  readonly #events = new Events();
  readonly #forecasts: Forecasts;
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
    const spawnUtility = sweptAfter(options.spawnUtility, this.folder);
    this.#queue = new JobQueue(store, spawnUtility, this.#events, { goesOn, atOnce, machine });
    this.#integrity = new Integrity(spawnUtility, workspaceFiles.database(this.folder));
    this.#reader = new Reader(spawnUtility);
    this.#models = new Reader(spawnUtility);
    const basics = { store, queue: this.#queue, events: this.#events, architectures: this.architectures };
    this.remotes = options.remotes ?? new Remotes({ spawn: spawnUtility });
    this.remotes.onChange = () => this.#events.emit({ type: 'changed', noun: 'prompts' });
    const devices = new Devices(basics, this.#reader, spawnUtility);
    const context: Context = {
      ...basics,
      chooseDevice: (architecture, asked) => devices.choose(architecture, asked),
      appVersion: options.appVersion,
      remotes: this.remotes,
      watches: [],
    };
    this.#context = context;
    this.#forecasts = new Forecasts(context, spawnUtility);
    this.datasets = new StudioDatasets(context, this.#reader);
    this.recipes = new StudioRecipes(context, this.#reader);
    this.reports = new StudioReports(context, this.#reader);
    this.labels = new Labels(context, this.#reader);
    this.samples = new StudioSamples(context, this.labels, this.#reader);
    this.fewShot = new FewShot(context, this.labels, spawnUtility);
    this.modelMarks = new ModelMarks(context, this.labels, this.#models);
    this.training = new StudioTraining(context, this.#forecasts, this.#reader);
    this.runs = new StudioRuns(context, this.#forecasts);
    this.metrics = new StudioMetrics(context);
    this.runFiles = new StudioRunFiles(context, this.#reader, spawnUtility);
    this.#studies = new Studies(context, goesOn);
    this.studies = new StudioStudies(context, this.#studies, this.#forecasts);
    this.models = new StudioModels(context, spawnUtility, this.#models);
    const meanings = new Meanings(store, this.samples);
    this.documents = new Documents(context, spawnUtility);
    const writers = new Writers(spawnUtility);
    this.languageModels = new LanguageModels(context);
    this.prompts = new Prompts(context, this.languageModels);
    this.rendering = new Rendering(context, meanings, this.documents, writers);
    this.completions = new Completions(context, meanings, this.rendering, writers);
    this.grids = new Grids(context, meanings, this.rendering);
    this.evaluations = new Evaluations(context, this.grids, this.#reader);
    this.jobs = new StudioJobs(context, this);
    this.devices = new StudioDevices(devices, this.#forecasts);
    restoreWaiting(context);
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
    await Promise.all([
      this.runFiles.close(),
      this.#forecasts.close(),
      this.#integrity.close(),
      this.fewShot.close(),
      this.completions.close(),
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

  /** Prompts from files: plain ones, and promptfoo's configurations with their tests. */
  importPrompts(paths: readonly string[]): ImportedPrompts {
    return importPrompts(this.#context, this, paths);
  }
  /** Prompts with their tests as a promptfoo configuration. */
  suiteText(wanted: readonly { prompt: PromptId; version?: number }[], rows?: readonly GridRow[]): Promise<SuiteFile> {
    return suiteText(this.#context, this, wanted, rows);
  }

  /** Imports the bundled samples, trains an MLP and a CNN on the glyphs and exports the better one. */
  trainSample(samples: string, told?: (step: SampleStep) => void): { firstJob: JobId; result: Promise<SampleResult> } {
    return trainSample(this.#context, samples, told);
  }

  /** 'ok', or the first thing wrong with the database. Reads the whole file, in a process of its own. */
  integrity(): Promise<string> {
    return this.#integrity.check();
  }
  get sqliteVersion(): string {
    return sqliteVersion(this.#store);
  }
}
