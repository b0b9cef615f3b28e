import type { Offered } from '../../src-main/shared/contract.ts';
import type { AtelierError } from '../../src-main/shared/errors.ts';
import { apart, readFromThere, type ImportOffer, type ReadFrom } from '../../src-main/shared/work/import.ts';
import type { DatasetSummary } from '../../src-main/shared/dataset.ts';
import type { LanguageModelRef } from '../../src-main/shared/prompt/prompt.ts';
import type { JobId, VersionId } from '../../src-main/shared/ids.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { notify } from '../ui/toasts.ts';
import { m } from '../words/messages.ts';
import { navigation } from './navigation.svelte.ts';
import { prompts } from './prompts.svelte.ts';
import { importRuns } from './run-exchange.ts';
import { asError } from './resource.svelte.ts';
import { SplitDraft, type Divided } from './split-draft.svelte.ts';

/** From a drop or a file dialog to an import job: what was offered, and what the person says about it. */
export class Importing {
  #studio: Studio;
  #offered = $state.raw<Offered | null>(null);
  #error = $state.raw<AtelierError | null>(null);
  #looking = $state(false);
  #starting = $state(false);
  #choice = $state(0);
  /** Jobs begun here: their dataset opens when they are done. */
  #begun = new Set<JobId>();
  #grown = new Map<JobId, VersionId>();
  #turn = 0;
  name = $state('');
  /** The column to predict; null for none, undefined to have it guessed from the data. */
  target = $state<string | null | undefined>(undefined);
  /** What stands between the classes that each cell of the target names; null where it names one. */
  separator = $state<string | null>(null);
  /** The pattern of names that gives the class; null where the folders do. */
  classFrom = $state<string | null>(null);
  /** Sounds: samples a second; null for the most common of theirs. */
  sampleRate = $state<number | null>(null);
  /** Image files are left where they are. */
  reference = $state(false);
  /** How its samples are to be divided; null as is usual, or as it comes. */
  #split = $state.raw<SplitDraft | null>(null);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  /** Everything that was found, likeliest first. */
  get found(): readonly ImportOffer[] {
    return this.#offered?.found ?? [];
  }
  /** Which of it is to be imported, by its place in the list. */
  get choice(): number {
    return this.#choice;
  }
  get offer(): ImportOffer | null {
    return this.found[this.#choice] ?? null;
  }
  /** The dataset that was read from the same place before, of which this may be a newer state. */
  get source(): ReadFrom | null {
    const { offer } = this;
    return offer && readFromThere(this.#offered?.sources ?? [], offer);
  }
  get error(): AtelierError | null {
    return this.#error;
  }
  get looking(): boolean {
    return this.#looking;
  }
  get starting(): boolean {
    return this.#starting;
  }
  get open(): boolean {
    return this.#looking || this.#offered !== null || this.#error !== null;
  }
  begun(job: JobId): boolean {
    return this.#begun.has(job);
  }

  /** Reads a dataset's source again, whence it came or from what the person shows; null when they show nothing. */
  async into(dataset: Pick<DatasetSummary, 'id' | 'latestVersion'>, from?: 'files' | 'folder'): Promise<JobId | null> {
    const job = await this.#studio.call('imports.into', { dataset: dataset.id, ...(from && { from }) });
    if (job) this.follow(job, dataset.latestVersion);
    return job;
  }

  /** Makes what was offered the next version of the dataset that was read from there before. */
  async grow(): Promise<void> {
    const { source } = this;
    if (!source || this.#starting) return;
    this.#starting = true;
    this.#error = null;
    try {
      await this.into({ id: source.dataset, latestVersion: source.latestVersion });
      this.close();
    } catch (error) {
      this.#error = asError(error);
    } finally {
      this.#starting = false;
    }
  }

  /** A job makes a next version of the dataset that has this one, if anything is other than it was. */
  follow(job: JobId, latest: VersionId): void {
    this.#grown.set(job, latest);
  }

  /** The version that a job begun here goes on from; null where it makes a dataset of its own. */
  grownFrom(job: JobId): VersionId | null {
    return this.#grown.get(job) ?? null;
  }

  /** Remembers a job started elsewhere (the sample) whose result should open here. */
  expect(job: JobId): void {
    this.#begun.add(job);
  }

  drop(files: readonly File[]): Promise<void> {
    return this.#ask(() => this.#studio.offerDropped(files));
  }

  paste(text: string): Promise<void> {
    return this.#ask(() => this.#studio.call('imports.paste', { text }));
  }

  /** Shows the system's dialog; nothing happens when it is dismissed. */
  choose(what: 'files' | 'folder'): Promise<void> {
    return this.#ask(() => this.#studio.call('imports.choose', { what }), false);
  }

  /** Takes another one of what was found. */
  pick(choice: number): void {
    this.#choice = choice;
    this.name = this.offer?.suggestedName ?? '';
    this.target = this.offer?.target ?? undefined;
    this.reference = false;
    this.sampleRate = null;
    this.separator = null;
    this.classFrom = null;
    this.#split = null;
  }

  get split(): SplitDraft | null {
    return this.#split;
  }
  /** Whether to divide the samples in a way of one's own. */
  divide(own: boolean): void {
    const { offer } = this;
    this.#split = own && offer ? new SplitDraft(dividedAs(offer, this.target ?? null)) : null;
  }

  async #ask(offer: () => Promise<Offered | null>, lookingShown = true): Promise<void> {
    const turn = ++this.#turn;
    this.#offered = null;
    this.#error = null;
    this.#looking = lookingShown;
    try {
      const offered = await offer();
      if (turn !== this.#turn) return;
      if (offered?.model) return this.#tellModel(offered.model);
      if (offered?.runs) return void importRuns({ offer: offered.id }, this.#studio);
      this.#offered = offered;
      this.pick(0);
    } catch (error) {
      if (turn === this.#turn) this.#error = asError(error);
    } finally {
      if (turn === this.#turn) this.#looking = false;
    }
  }

  #tellModel(model: LanguageModelRef): void {
    navigation.visit('playground');
    void prompts.choose(model);
    notify(m.model_added());
  }

  async start(): Promise<JobId | null> {
    const offered = this.#offered;
    if (!offered || this.#starting) return null;
    this.#starting = true;
    this.#error = null;
    try {
      const table = this.offer?.kind === 'table';
      const name = this.name.trim();
      const job = await this.#studio.call('imports.start', {
        offer: offered.id,
        choice: this.#choice,
        ...(name === '' ? {} : { name }),
        ...((table || this.offer?.classTable) && this.target !== undefined ? { target: this.target } : {}),
        ...(table && this.target && this.separator !== null ? { separator: this.separator } : {}),
        ...(this.classFrom !== null ? { classFrom: this.classFrom } : {}),
        ...(this.sampleRate !== null ? { sampleRate: this.sampleRate } : {}),
        ...(this.reference && this.offer?.referable ? { reference: true } : {}),
        ...(this.#split?.value ? { split: this.#split.value } : {}),
      });
      this.#begun.add(job);
      this.close();
      return job;
    } catch (error) {
      this.#error = asError(error);
      return null;
    } finally {
      this.#starting = false;
    }
  }

  /** How many datasets there would be, were everything imported. */
  get many(): number {
    return apart(this.found).length;
  }

  /** Imports everything that was found, each under its own name. */
  async startAll(): Promise<void> {
    const offered = this.#offered;
    if (!offered || this.#starting) return;
    this.#starting = true;
    this.#error = null;
    try {
      await this.#studio.call('imports.all', { offer: offered.id });
      this.close();
    } catch (error) {
      this.#error = asError(error);
    } finally {
      this.#starting = false;
    }
  }

  close(): void {
    this.#turn++;
    this.#offered = null;
    this.#error = null;
    this.#looking = false;
  }
}

/** What is known of samples before they are read; the shares are those that are drawn where nothing else is said. */
function dividedAs({ kind, columns, folders, classTable }: ImportOffer, target: string | null): Divided {
  const table = columns.length > 0 && !classTable;
  return {
    kind: table || !imageKinds.includes(kind) ? 'table' : 'images',
    samples: 100,
    columns: table ? columns.map((name) => ({ name, distinct: 0 })) : [],
    // Whether there will be classes shows when they are there: what has a target or folders may have them.
    classes: target !== null || folders > 0 || kind === 'idx' || kind === 'image-array' ? [null] : [],
    target,
    splits: { train: 70, validation: 15, test: 15 },
    splitSeed: 0,
  };
}

/** What makes images of image files, wherever these lie. */
export const ofImageFiles: readonly ImportOffer['kind'][] = ['image-folder', 'coco', 'yolo', 'voc', 'csv-boxes'];

const imageKinds: readonly ImportOffer['kind'][] = [...ofImageFiles, 'image-array', 'idx'];

export const importing = new Importing();
