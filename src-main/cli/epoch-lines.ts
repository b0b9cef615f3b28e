import type { MetricPoint } from '../shared/run.ts';
import { metric } from './format.ts';

const everyMs = 500;

/** A training in words: a line per epoch, or fewer where epochs fly by. */
export class EpochLines {
  readonly #say: (line: string) => void;
  readonly #epochs: number;
  #last: Record<string, number> = {};
  #nextAt = 0;

  constructor(say: (line: string) => void, epochs: number) {
    this.#say = say;
    this.#epochs = epochs;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) this.#last[point.key] = point.value;
    // An epoch's validation metrics come together, at its end.
    const end = points.findLast((point) => point.key.startsWith('validation/'));
    if (!end || Date.now() < this.#nextAt) return;
    this.#nextAt = Date.now() + everyMs;
    const shown = [
      ...['train/loss', 'validation/loss', 'validation/perplexity', 'validation/accuracy'],
      ...['train/d_loss', 'train/g_loss', 'train/d_accuracy_real', 'train/d_accuracy_generated'],
    ].filter((key) => key in this.#last);
    const values = shown.map((key) => `${key} ${metric(key, this.#last[key])}`);
    this.#say([`epoch ${Math.round(end.epoch)}/${this.#epochs}`, ...values].join(' · '));
  }
}
