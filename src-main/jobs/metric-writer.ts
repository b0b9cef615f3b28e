import type { WriteStore } from '../db/open.ts';
import { insertPoints, putPoints } from '../db/metrics.ts';
import type { RunId } from '../shared/ids.ts';
import type { MetricPoint } from '../shared/run.ts';

const everyMs = 250;
/** How long one slice may hold the owner's thread; a slower machine gets smaller slices. */
const sliceMs = 4;
const retryMs = 2000;

/**
 * Gathers a run's points and stores them four times a second, in slices. Nothing is dropped when the disk is full:
 * points wait in memory and are tried again (the run's folder holds them too).
 */
export class MetricWriter {
  readonly #store: WriteStore;
  readonly #run: RunId;
  #waiting: MetricPoint[] = [];
  #timer: NodeJS.Timeout | null = null;
  #slice = 500;

  constructor(store: WriteStore, run: RunId) {
    this.#store = store;
    this.#run = run;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) this.#waiting.push(point);
    this.#schedule(everyMs);
  }

  /** After the last point: stores what waits, slice by slice, letting the thread go in between. What cannot be stored is left to `storeRest`. */
  async drain(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting.length > this.#slice) {
      this.#storeSlice();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Stores what still waits in the transaction that is open: the run's end and its last points belong together. */
  storeRest(): void {
    putPoints(this.#store, this.#run, this.#waiting);
  }

  /** After the run's end is stored. */
  close(): void {
    this.#waiting = [];
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      try {
        this.#storeSlice();
        if (this.#waiting.length > 0) this.#schedule(0);
      } catch {
        // If it stays so, storing the run's end fails too, and that is what people are told.
        this.#schedule(retryMs);
      }
    }, ms);
  }

  #storeSlice(): void {
    const points = this.#waiting.slice(0, this.#slice);
    const begun = performance.now();
    insertPoints(this.#store, this.#run, points);
    const taken = performance.now() - begun;
    this.#waiting.splice(0, points.length);
    if (points.length === this.#slice) {
      this.#slice = Math.round(Math.min(4000, Math.max(100, (this.#slice * sliceMs) / Math.max(taken, 0.1))));
    }
  }
}
