import type { Job, Progress } from '../shared/job.ts';
import { count, duration } from './format.ts';
import type { Output } from './output.ts';

type Shown = Pick<Job, 'id' | 'kind' | 'title' | 'status' | 'progress'>;

/** Without a terminal: nothing about what is done in a moment, then a line now and then. */
const plainAfterMs = 2000;
const plainEveryMs = 5000;

/** The work under way, as a bar that redraws itself on a terminal, and as a line now and then where there is none. */
export class ProgressLine {
  readonly #out: Output;
  #job = '';
  #nextPlain = 0;

  constructor(out: Output) {
    this.#out = out;
  }

  show(job: Shown): void {
    if (job.status !== 'running' || !job.progress) return this.clear();
    const { progress } = job;
    if (this.#out.interactive) return this.#out.transient(`${job.title}: ${bar(progress)}`);
    const now = Date.now();
    if (job.id !== this.#job) this.#nextPlain = now + plainAfterMs;
    this.#job = job.id;
    if (now < this.#nextPlain) return;
    this.#nextPlain = now + plainEveryMs;
    this.#out.note(`${job.title}: ${words(progress)}`);
  }

  clear(): void {
    this.#out.clearTransient();
  }
}

function bar(progress: Progress): string {
  const width = 24;
  const filled = progress.total > 0 ? Math.round(Math.min(1, progress.done / progress.total) * width) : 0;
  return `[${'█'.repeat(filled)}${'·'.repeat(width - filled)}] ${words(progress)}`;
}

function words({ stage, done, total, unit, rate, remaining }: Progress): string {
  const parts = [stage];
  if (total > 0) parts.push(`${Math.floor((100 * Math.min(done, total)) / total)} %`);
  else if (done > 0) parts.push(`${count(done)} ${unit}`);
  if (rate > 0) parts.push(`${count(rate)} ${unit}/s`);
  if (remaining !== null && remaining >= 1) parts.push(`${duration(remaining)} left`);
  return parts.join(' · ');
}
