import { join } from 'node:path';
import { getJob, listJobs } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError } from '../shared/errors.ts';
import type { JobId } from '../shared/ids.ts';
import type { Job, JobKind, JobTypes } from '../shared/job.ts';
import type { Events } from './events.ts';
import { QueuedJob, type Surroundings } from './queued-job.ts';
import { withAgain } from './unfinished.ts';
import type { SpawnUtility } from './utility.ts';
import type { Started, Work } from './work.ts';

/** Jobs of one lane wait for each other; lanes go side by side. A training takes every core it is given, so one at a time. */
const lanes: Record<JobKind, { name: string; atOnce: number }> = {
  train: { name: 'train', atOnce: 1 },
  import: { name: 'data', atOnce: 1 },
  revise: { name: 'data', atOnce: 1 },
  relink: { name: 'data', atOnce: 1 },
  leaks: { name: 'look', atOnce: 1 },
  quality: { name: 'model', atOnce: 1 },
  evaluate: { name: 'model', atOnce: 1 },
  predict: { name: 'model', atOnce: 1 },
  export: { name: 'model', atOnce: 1 },
  // Beside a training neither would tell the truth.
  selftest: { name: 'train', atOnce: 1 },
  'export-data': { name: 'model', atOnce: 1 },
  provider: { name: 'download', atOnce: 1 },
};

/** What the queue needs of a job, whatever its kind. */
type Entry = Pick<QueuedJob<JobKind>, 'job' | 'begin' | 'cancel' | 'stopEarly'>;

/** The queue of the workspace's one owner: what waits and what works. */
export class JobQueue {
  readonly #store: WriteStore;
  readonly #spawn: SpawnUtility;
  readonly #events: Events;
  /** A Map keeps its order of insertion: first come, first served. */
  readonly #entries = new Map<JobId, Entry>();
  #closing = false;

  constructor(store: WriteStore, spawn: SpawnUtility, events: Events) {
    this.#store = store;
    this.#spawn = spawn;
    this.#events = events;
  }

  submit<K extends JobKind>(work: Work<K>): Started<JobTypes[K]['result']> {
    if (this.#closing) throw new AtelierError('closing', 'Atelier is closing and takes no new jobs.');
    const around: Surroundings = {
      store: this.#store,
      spawn: this.#spawn,
      logPath: ({ id }) => this.logPath(id),
      tell: (job) => this.#events.emit({ type: 'jobs', jobs: [withAgain(this.#store.folder, job)] }),
      closing: () => this.#closing,
      ended: () => {
        this.#entries.delete(queued.job.id);
        this.#next();
      },
    };
    const queued = new QueuedJob(work, around);
    this.#entries.set(queued.job.id, queued);
    around.tell({ ...queued.job });
    this.#next();
    return { job: queued.job.id, result: queued.result };
  }

  /** Ends within 2 s, whatever the job is doing. Cancelling what has ended changes nothing. */
  cancel(id: JobId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.cancel();
    // Throws if there never was such a job.
    else getJob(this.#store, id);
  }

  stopEarly(id: JobId): void {
    this.#entries.get(id)?.stopEarly();
  }

  /** Newest first, with the progress of those that work. */
  list(): Job[] {
    return listJobs(this.#store).map((job) => this.#entries.get(job.id)?.job ?? withAgain(this.#store.folder, job));
  }

  get(id: JobId): Job {
    return this.#entries.get(id)?.job ?? withAgain(this.#store.folder, getJob(this.#store, id));
  }

  /** Those that wait or work. */
  get active(): Job[] {
    return [...this.#entries.values()].map((entry) => entry.job);
  }

  /** Cancels everything and waits for it: about 2 s at most. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const entry of [...this.#entries.values()].reverse()) entry.cancel();
    const until = Date.now() + 2500;
    while (this.#entries.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  logPath(id: JobId): string {
    return join(workspaceFiles.jobs(this.#store.folder), `${id}.log`);
  }

  #next(): void {
    const working = new Map<string, number>();
    for (const { job } of this.#entries.values()) {
      const { name } = lanes[job.kind];
      if (job.status === 'running') working.set(name, (working.get(name) ?? 0) + 1);
    }
    for (const entry of [...this.#entries.values()]) {
      const { name, atOnce } = lanes[entry.job.kind];
      const count = working.get(name) ?? 0;
      if (entry.job.status !== 'queued' || count >= atOnce) continue;
      working.set(name, count + 1);
      entry.begin();
    }
  }
}
