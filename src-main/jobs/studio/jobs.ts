import { dismissJob } from '../../db/jobs.ts';
import type { JobId } from '../../shared/ids.ts';
import type { AtOnce, Job, QueueState } from '../../shared/job.ts';
import type { Context } from '../context.ts';
import { importAgain } from '../datasets.ts';
import type { Documents } from '../documents/documents.ts';
import { readLog } from '../job-log.ts';
import type { Grids } from '../prompts/grids.ts';
import { downloadAgain } from '../prompts/hub.ts';
import { continueRun, runLog } from '../runs.ts';
import { settleUnfinished } from '../unfinished.ts';

/** The jobs of a workspace, and the queue of its trainings. */
export class StudioJobs {
  readonly #context: Context;
  readonly #others: { readonly grids: Grids; readonly documents: Documents };

  constructor(context: Context, others: { grids: Grids; documents: Documents }) {
    this.#context = context;
    this.#others = others;
  }

  list(): Job[] {
    return this.#context.queue.list();
  }
  get(id: JobId): Job {
    return this.#context.queue.get(id);
  }
  /** Those that wait or work. */
  get active(): Job[] {
    return this.#context.queue.active;
  }
  /** Of these, those that closing puts an end to or holds up: not those that wait for whoever goes on with the queue. */
  get own(): Job[] {
    return this.#context.queue.own;
  }
  log(id: JobId): string {
    const { store, queue } = this.#context;
    const job = queue.get(id);
    return readLog(job.kind === 'train' && job.run ? runLog(store.folder, job.run) : queue.logPath(id));
  }

  cancel(id: JobId): void {
    this.#context.queue.cancel(id);
  }
  /** Does a job once more that failed or was cut short, from where it was as far as that is known: another job. */
  again(id: JobId): JobId {
    const { grids, documents } = this.#others;
    const { kind, run } = this.get(id);
    if (kind === 'grid') return grids.fillAgain(id).job;
    if (kind === 'documents' || kind === 'embed') return documents.again(id).job;
    if (kind === 'download') return downloadAgain(this.#context, id).job;
    return (kind === 'train' && run ? continueRun(this.#context, run) : importAgain(this.#context, id)).job;
  }
  dismiss(ids: readonly JobId[]): void {
    const { store, events } = this.#context;
    const ended = ids.filter((id) => !this.active.some((job) => job.id === id));
    store.transaction(() => ended.forEach((id) => dismissJob(store, id)));
    for (const id of ended) settleUnfinished(store, id);
    events.emit({ type: 'jobs', jobs: [] });
  }

  /** How the trainings' queue stands and is set. */
  get queue(): QueueState {
    const { held, atOnce } = this.#context.queue;
    return { held, atOnce };
  }
  /** Paused as a whole: those that work go on, and none begins. */
  hold(held: boolean): void {
    this.#context.queue.held = held;
  }
  setAtOnce(atOnce: AtOnce): void {
    this.#context.queue.atOnce = atOnce;
  }
}
