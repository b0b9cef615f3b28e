import type {
  CollectionDetail,
  CollectionSummary,
  EncoderLack,
  FoundPassage,
  SearchResult,
} from '../../src-main/shared/documents.ts';
import type { CollectionId, DocumentId, LanguageModelId } from '../../src-main/shared/ids.ts';
import { studio, type Studio } from '../bridge/studio.ts';
import { Resource } from './resource.svelte.ts';

const shownPassages = 10;
const searchedAfterMs = 200;

/** Collections of documents, the one that is looked at, and what is found in it. */
export class Documents {
  readonly #studio: Studio;
  readonly #list = new Resource<CollectionSummary[]>();
  readonly #detail = new Resource<CollectionDetail>();
  readonly #found = new Resource<SearchResult>();
  #open = $state<CollectionId | null>(null);
  #question = $state('');
  #searching: ReturnType<typeof setTimeout> | undefined;
  /** They are in sight: what is dropped is for them. */
  takesDrops = $state(false);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get list(): CollectionSummary[] {
    return this.#list.value ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== null;
  }
  get error() {
    return this.#list.error ?? this.#detail.error;
  }
  /** The one that was chosen, else the newest. */
  get open(): CollectionId | null {
    return this.list.some(({ id }) => id === this.#open) ? this.#open : (this.list[0]?.id ?? null);
  }
  get detail(): CollectionDetail | null {
    const detail = this.#detail.value;
    return detail?.summary.id === this.open ? detail : null;
  }
  get question(): string {
    return this.#question;
  }
  /** Null until something was looked for. */
  get found(): FoundPassage[] | null {
    return this.#question.trim() === '' ? null : (this.#found.value?.passages ?? null);
  }
  /** Why it was found without the collection's encoder. */
  get lack(): EncoderLack | null {
    return this.#question.trim() === '' ? null : (this.#found.value?.lack ?? null);
  }
  get searchError() {
    return this.#found.error;
  }

  async load(): Promise<void> {
    await this.#list.load(() => this.#studio.call('documents.list'));
    const id = this.open;
    if (id) await this.#detail.load(() => this.#studio.call('documents.get', { id }));
    else this.#detail.set(null);
  }
  /** Once somebody looks at them. */
  async changed(): Promise<void> {
    if (!this.loaded) return;
    await this.load();
    this.#search();
  }

  async choose(id: CollectionId): Promise<void> {
    this.#open = id;
    this.#found.set(null);
    await this.load();
    this.#search();
  }
  async create(name: string): Promise<CollectionId> {
    const id = await this.#studio.call('documents.create', { name });
    await this.choose(id);
    return id;
  }
  rename(id: CollectionId, name: string): Promise<unknown> {
    return this.#studio.call('documents.rename', { id, name });
  }
  remove(id: CollectionId, removed: boolean): Promise<unknown> {
    return this.#studio.call('documents.remove', { id, removed });
  }
  removeOne(document: DocumentId, removed: boolean): Promise<unknown> {
    return this.#studio.call('documents.removeOne', { document, removed });
  }
  /** By what its passages are compared; null: by letters. */
  setEncoder(id: CollectionId, model: LanguageModelId | null): Promise<unknown> {
    return this.#studio.call('documents.setEncoder', { id, model });
  }
  /** The vectors that its encoder lacks, as a job. */
  embed(id: CollectionId): Promise<unknown> {
    return this.#studio.call('documents.embed', { id });
  }
  /** Files that the system's dialog asks for. @param name of the collection where there is none yet */
  async add(name: string): Promise<void> {
    const id = this.open ?? (await this.create(name));
    await this.#studio.call('documents.choose', { id });
  }
  async drop(files: readonly File[], name: string): Promise<void> {
    const id = this.open ?? (await this.create(name));
    await this.#studio.addDropped(id, files);
  }

  ask(question: string): void {
    this.#question = question;
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => this.#search(), searchedAfterMs);
  }
  #search(): void {
    const [id, question] = [this.open, this.#question.trim()];
    if (!id || question === '') return this.#found.set(null);
    void this.#found.load(() => this.#studio.call('documents.search', { id, question, limit: shownPassages }));
  }
}

export const documents = new Documents();
