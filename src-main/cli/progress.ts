import type { Job, Progress } from '../shared/job.ts';
import { bytes, count, duration } from './format.ts';
import type { Output } from './output.ts';

type Shown = Pick<Job, 'id' | 'title' | 'status' | 'progress'>;

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

  show({ id, title, status, progress }: Shown): void {
    if (status !== 'running' || !progress) return this.clear();
    this.tell(id, title, progress);
  }

  /** `id`: of the work; another one's lines begin anew. */
  tell(id: string, title: string, progress: Progress): void {
    if (this.#out.interactive) return this.#out.transient(`${title}: ${bar(progress)}`);
    const now = Date.now();
    if (id !== this.#job) this.#nextPlain = now + plainAfterMs;
    this.#job = id;
    if (now < this.#nextPlain) return;
    this.#nextPlain = now + plainEveryMs;
    this.#out.note(`${title}: ${words(progress)}`);
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
  const amount = (value: number): string => (unit === 'bytes' ? bytes(value) : `${count(value)} ${unit}`);
  const parts = [stage];
  if (total > 0) parts.push(`${Math.floor((100 * Math.min(done, total)) / total)} %`);
  else if (done > 0) parts.push(amount(done));
  if (total > 0 && unit === 'bytes') parts.push(`${bytes(done)} of ${bytes(total)}`);
  if (rate > 0) parts.push(`${amount(rate)}/s`);
  if (remaining !== null && remaining >= 1) parts.push(`${duration(remaining)} left`);
  return parts.join(' · ');
}
