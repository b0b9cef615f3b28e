import type { StudioEvent } from '../shared/contract.ts';
import type { JobId, RunId, StudyId } from '../shared/ids.ts';
import { isActive, type Job } from '../shared/job.ts';
import type { StoredTrial } from '../shared/study.ts';
import type { Preferences } from '../shared/settings.ts';

/** What is worth telling somebody who is not looking. */
export type TrainingNewsItem =
  | { what: 'study'; study: StudyId; title: string; failed: boolean }
  | { what: 'run'; run: RunId | null; title: string; status: 'finished' | 'failed' }
  /** The last of several that waited. */
  | { what: 'queue'; run: RunId | null; finished: number; failed: number };

/** Makes news of what the studio tells of its trainings. What somebody cancelled or paused is none, nor are a study's single trials. */
export class TrainingNews {
  readonly #wanted: () => Preferences['notifyTraining'];
  readonly #active = new Map<JobId, Job>();
  readonly #trials = new Set<RunId>();
  #ended: { job: Job; status: 'finished' | 'failed' }[] = [];

  constructor(wanted: () => Preferences['notifyTraining']) {
    this.#wanted = wanted;
  }

  take(event: StudioEvent): TrainingNewsItem[] {
    if (event.type === 'trial') this.#trial(event.trial);
    if (event.type === 'study-ended' && this.#wanted() !== 'never')
      return [{ what: 'study', study: event.study, title: event.name, failed: event.failed }];
    if (event.type !== 'jobs') return [];
    return event.jobs.flatMap((job) => this.#takeJob(job));
  }

  #trial({ run, state }: StoredTrial): void {
    if (run === null) return;
    // Its job ends before it is told that the trial has; what is trained longer later is a run as any other.
    if (state !== 'running') return void this.#trials.delete(run);
    this.#trials.add(run);
    // Its job was told of before it was known for a trial's.
    for (const job of [...this.#active.values()]) if (job.run === run) this.#active.delete(job.id);
  }

  #takeJob(job: Job): TrainingNewsItem[] {
    if (job.kind !== 'train' || (job.run && this.#trials.has(job.run))) return [];
    if (isActive(job)) {
      this.#active.set(job.id, job);
      return [];
    }
    if (!this.#active.delete(job.id)) return [];
    const { status } = job;
    if (status === 'finished' || status === 'failed') this.#ended.push({ job, status });
    const each = this.#wanted() === 'each';
    const news: TrainingNewsItem[] = [];
    if (each && (status === 'finished' || status === 'failed')) news.push(runNews(job, status));
    if ([...this.#active.values()].some((other) => other.status !== 'paused')) return news;
    const ended = this.#ended.splice(0);
    const last = ended.at(-1);
    if (this.#wanted() === 'never' || !last) return [];
    if (ended.length === 1) return each ? news : [runNews(last.job, last.status)];
    const failed = ended.filter((one) => one.status === 'failed').length;
    return [...news, { what: 'queue', run: last.job.run, finished: ended.length - failed, failed }];
  }
}

const runNews = ({ run, title }: Job, status: 'finished' | 'failed'): TrainingNewsItem => ({
  what: 'run',
  run,
  title,
  status,
});
