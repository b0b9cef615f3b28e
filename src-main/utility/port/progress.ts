import type { Progress } from '../../shared/job.ts';

const minIntervalMs = 100;
/** The rate is that of the last seconds: a slow start or a pause must not colour the time left for minutes. */
const windowMs = 5_000;

/** Turns "this much is done" into progress with rate and time left, and thins it to ten messages a second. */
export class ProgressMeter {
  readonly #send: (progress: Progress) => void;
  readonly #now: () => number;
  #stage = '';
  #lastSent = -Infinity;
  #history: { time: number; done: number }[] = [];

  constructor(send: (progress: Progress) => void, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#now = now;
  }

  /** A new stage, and a stage's end (`done === total`), are always sent. */
  report(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void {
    const time = this.#now();
    const isNew = report.stage !== this.#stage;
    if (isNew) {
      this.#stage = report.stage;
      this.#history = [];
    }
    const isEnd = report.total > 0 && report.done >= report.total;
    if (!isNew && !isEnd && time - this.#lastSent < minIntervalMs) return;
    this.#lastSent = time;

    this.#history.push({ time, done: report.done });
    while (this.#history.length > 2 && time - this.#history[1].time > windowMs) this.#history.shift();
    const oldest = this.#history[0];
    const rate = time > oldest.time ? ((report.done - oldest.done) * 1000) / (time - oldest.time) : 0;
    const remaining = rate > 0 && report.total > 0 ? Math.max(0, report.total - report.done) / rate : null;
    this.#send({ ...report, rate, remaining });
  }
}
