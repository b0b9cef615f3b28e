import * as rows from '../../db/documents.ts';
import { setEncoder } from '../../db/passage-vectors.ts';
import { dismissJob, getJobRequest } from '../../db/jobs.ts';
import { mostFound, type CollectionDetail, type CollectionSummary, type SearchResult } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type CollectionId, type DocumentId, type JobId, type LanguageModelId } from '../../shared/ids.ts';
import { Breath } from '../breath.ts';
import type { Context } from '../context.ts';
import type { Started } from '../work.ts';
import { addDocuments, filesAt, type AddedDocuments, type AddRequest } from './add.ts';
import { requireKind, languageModelName } from '../prompts/language-models.ts';
import type { SpawnUtility } from '../utility.ts';
import { embedPassages, type EmbedRequest } from './embed.ts';
import { EncoderProcess } from './encoder-process.ts';
import { searchPassages } from './search.ts';

const sweptAtOnce = 64;

/** Collections of documents that questions are asked of: every act is on disk when it returns. */
export class Documents {
  readonly #context: Context;
  readonly #encoder: EncoderProcess;
  /** Rows of those that are on their way. */
  readonly #staged = new Set<number>();
  /** By collection: what makes its vectors now. */
  readonly #embedding = new Map<CollectionId, { model: LanguageModelId; started: Started<EmbedRequest> }>();
  #sweeping: Promise<void>;
  #closing = false;

  constructor(context: Context, spawn: SpawnUtility) {
    this.#context = context;
    this.#encoder = new EncoderProcess(spawn);
    // Whatever added or removed them is gone.
    rows.condemnRemoved(context.store);
    this.#sweeping = this.#sweep();
  }

  list(): CollectionSummary[] {
    return rows.listCollections(this.#context.store);
  }
  /** Throws `no_such_collection`. */
  get(id: CollectionId): CollectionDetail {
    const { store } = this.#context;
    return { summary: rows.getCollection(store, id), documents: rows.listDocuments(store, id) };
  }
  create(name: string): CollectionId {
    const id = newId('collection');
    rows.insertCollection(this.#context.store, id, name, Date.now());
    this.#changed();
    return id;
  }
  rename(id: CollectionId, name: string): void {
    rows.setCollection(this.#context.store, id, { name });
    this.#changed();
  }
  /** Takes a collection out, or puts it back: until the workspace is opened again. */
  setRemoved(id: CollectionId, removed: boolean): void {
    rows.setCollection(this.#context.store, id, { removed });
    this.#changed();
  }
  /** The same with one of its documents. */
  setDocumentRemoved(id: DocumentId, removed: boolean): void {
    rows.setDocumentRemoved(this.#context.store, id, removed);
    this.#changed();
  }

  /** Reads files and folders into it, as a job. Errors: those of `filesAt`, no_such_collection. */
  async add(collection: CollectionId, paths: readonly string[]): Promise<Started<AddedDocuments>> {
    return this.#add({ collection, files: await filesAt(paths) });
  }
  /** An adding or embedding that failed or was cut short: what has come is not done again. Throws `no_such_job`. */
  again(id: JobId): Started<unknown> {
    const { store } = this.#context;
    const request = getJobRequest(store, id) as AddRequest | EmbedRequest | null;
    const done = () => dismissJob(store, id);
    if (request && 'files' in request) return this.#add(request, done);
    if (request) return embedPassages(this.#context, request, done);
    throw new AtelierError('no_such_job', `The job "${id}" added no documents that could be gone on with.`);
  }
  #add(request: AddRequest, submitted?: () => void): Started<AddedDocuments> {
    const sweep = () => void (this.#sweeping = this.#sweeping.then(() => this.#sweep()));
    const started = addDocuments(this.#context, request, { staged: this.#staged, sweep, submitted });
    // Its encoder is of use only with vectors of all passages.
    void started.result.then(
      () => this.#embedNew(request.collection),
      () => {},
    );
    return started;
  }
  #embedNew(collection: CollectionId): void {
    if (this.#closing) return;
    try {
      const { encoder, passages } = rows.getCollection(this.#context.store, collection);
      if (encoder && encoder.embedded < passages) this.embed(collection);
    } catch {
      // The collection was taken out, or its encoder: a search says so.
    }
  }

  /**
   * By what passages are compared with a question: an encoder of the list, or null for their letters. Errors: no_such_collection, no_such_model, model_unfit,
   * no_such_file, unsupported_architecture.
   */
  setEncoder(collection: CollectionId, model: LanguageModelId | null): void {
    const { store } = this.#context;
    if (model) requireKind(store, { folder: model }, 'embeds', 'the search in documents');
    const name = model && languageModelName(store, { folder: model });
    setEncoder(store, collection, model && { model, name: name! });
    this.#changed();
  }
  /**
   * Makes the vectors that its encoder lacks, as a job: also of one that was read before its files changed. Null where nothing is to be done.
   * Errors: those of `embedPassages`.
   */
  embed(collection: CollectionId): Started<EmbedRequest> | null {
    const { encoder, passages } = rows.getCollection(this.#context.store, collection);
    if (!encoder || passages === 0) return null;
    const { model } = encoder;
    const going = this.#embedding.get(collection);
    // It takes up what has come meanwhile.
    if (going?.model === model) return going.started;
    const started = embedPassages(this.#context, { collection, model });
    this.#embedding.set(collection, { model, started });
    const over = () => {
      if (this.#embedding.get(collection)?.started === started) this.#embedding.delete(collection);
    };
    void started.result.then(over, over);
    return started;
  }

  search(collection: CollectionId, question: string, limit = mostFound): Promise<SearchResult> {
    const { store } = this.#context;
    const encode: EncoderProcess['encode'] = (model, text) => this.#encoder.encode(model, text);
    return searchPassages(store, store.folder, { collection, question, limit }, encode);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#encoder.close();
    await this.#sweeping;
  }

  /** What nobody can get at goes little by little. */
  async #sweep(): Promise<void> {
    const breath = new Breath();
    try {
      while (!this.#closing && rows.sweepDocuments(this.#context.store, [...this.#staged], sweptAtOnce))
        await breath.ifDue();
    } catch {
      // A full disk, say: the next opening sweeps again.
    }
  }

  #changed(): void {
    this.#context.events.emit({ type: 'changed', noun: 'documents' });
  }
}
