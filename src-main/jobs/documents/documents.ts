import * as rows from '../../db/documents.ts';
import { dismissJob, getJobRequest } from '../../db/jobs.ts';
import { mostFound, type CollectionDetail, type CollectionSummary, type FoundPassage } from '../../shared/documents.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type CollectionId, type DocumentId, type JobId } from '../../shared/ids.ts';
import { Breath } from '../breath.ts';
import type { Context } from '../context.ts';
import type { Started } from '../work.ts';
import { addDocuments, filesAt, type AddedDocuments, type AddRequest } from './add.ts';
import { searchPassages } from './search.ts';

const sweptAtOnce = 64;

/** Collections of documents that questions are asked of: every act is on disk when it returns. */
export class Documents {
  readonly #context: Context;
  /** Rows of those that are on their way. */
  readonly #staged = new Set<number>();
  #sweeping: Promise<void>;
  #closing = false;

  constructor(context: Context) {
    this.#context = context;
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
  /** One that failed or was cut short: what has come is not read again. Throws `no_such_job`. */
  addAgain(id: JobId): Started<AddedDocuments> {
    const { store } = this.#context;
    const request = getJobRequest(store, id) as AddRequest | null;
    if (request) return this.#add(request, () => dismissJob(store, id));
    throw new AtelierError('no_such_job', `The job "${id}" added no documents that could be gone on with.`);
  }
  #add(request: AddRequest, submitted?: () => void): Started<AddedDocuments> {
    const sweep = () => void (this.#sweeping = this.#sweeping.then(() => this.#sweep()));
    return addDocuments(this.#context, request, { staged: this.#staged, sweep, submitted });
  }

  search(collection: CollectionId, question: string, limit = mostFound): Promise<FoundPassage[]> {
    return searchPassages(this.#context.store, collection, question, limit);
  }

  async close(): Promise<void> {
    this.#closing = true;
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
