import type { JobId } from '../../src-main/shared/ids.ts';
import { isActive } from '../../src-main/shared/job.ts';
import type { Job } from '../../src-main/shared/job.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';

/** All long work, newest first, as the main process last told it. */
export class Jobs {
  #studio: Studio;
  #all = $state.raw<Job[]>([]);
  #ended = new Set<(job: Job) => void>();
  trayOpen = $state(false);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get all(): readonly Job[] {
    return this.#all;
  }
  /** Those that work or wait; what is paused does neither. */
  get active(): Job[] {
    return this.#all.filter((job) => isActive(job) && job.status !== 'paused');
  }
  /** In the order in which they come to an end, as far as that is known: what works, what waits in its place, then what has ended, newest first. */
  get inOrder(): Job[] {
    const rank = (job: Job) => (job.status === 'running' ? 0 : isActive(job) ? 1 : 2);
    const place = (job: Job) => job.place ?? -Infinity;
    return this.#all.toSorted((a, b) => rank(a) - rank(b) || (rank(a) === 1 ? order(place(a), place(b)) : 0));
  }
  get failed(): Job[] {
    return this.#all.filter((job) => job.status === 'failed' || job.status === 'interrupted');
  }
  /** Of these, those that nothing went wrong with: the program ended before they did. */
  get cutShort(): Job[] {
    return this.failed.filter(({ status }) => status === 'interrupted');
  }
  /** Share done over all active jobs whose length is known, 0…1; null while none is. */
  get progress(): number | null {
    const known = this.active.flatMap((job) =>
      job.progress && job.progress.total > 0 ? [job.progress.done / job.progress.total] : [],
    );
    return known.length > 0 ? known.reduce((a, b) => a + b, 0) / known.length : null;
  }
  /** Seconds until the last of them is done; null while unknown. */
  get remaining(): number | null {
    const known = this.active.flatMap((job) => job.progress?.remaining ?? []);
    return known.length > 0 ? Math.max(...known) : null;
  }

  byId(id: JobId | null): Job | null {
    return id === null ? null : (this.#all.find((job) => job.id === id) ?? null);
  }

  async load(): Promise<void> {
    this.#all = newestFirst(await this.#studio.call('jobs.list'));
  }

  /** Takes news of some or all jobs; tells listeners of those that have just come to an end. */
  take(news: readonly Job[]): void {
    const before = new Map(this.#all.map((job) => [job.id, job]));
    const ended = news.filter((job) => {
      const was = before.get(job.id);
      return !isActive(job) && was !== undefined && isActive(was);
    });
    for (const job of news) before.set(job.id, job);
    // A run that is trained once more has another job: how the one before ended is no news any longer.
    const trained = new Map(news.flatMap((job) => (job.kind === 'train' && job.run ? [[job.run, job]] : [])));
    for (const job of before.values()) {
      const later = job.kind === 'train' && job.run ? trained.get(job.run) : undefined;
      if (later && !isActive(job) && later.createdAt > job.createdAt) before.delete(job.id);
    }
    this.#all = newestFirst([...before.values()]);
    for (const job of ended) for (const listener of this.#ended) listener(job);
  }

  onEnded(listener: (job: Job) => void): () => void {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }

  async cancel(id: JobId): Promise<void> {
    await this.#studio.call('jobs.cancel', { id });
  }

  /** Does once more what failed or was cut short: as another job, in its place. */
  async again(id: JobId): Promise<JobId> {
    const job = await this.#studio.call('jobs.again', { id });
    this.#all = this.#all.filter((each) => each.id !== id);
    return job;
  }

  async dismiss(ids: JobId[]): Promise<void> {
    this.#all = this.#all.filter((job) => !ids.includes(job.id));
    await this.#studio.call('jobs.dismiss', { ids });
  }
}

const order = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

function newestFirst(jobs: Job[]): Job[] {
  return jobs.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
}

export const jobs = new Jobs();
