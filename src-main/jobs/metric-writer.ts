import type { WriteStore } from '../db/open.ts';
import { Sealing } from '../db/metric-blocks.ts';
import { insertPoints, putPoints } from '../db/metrics.ts';
import { runKey } from '../db/runs.ts';
import type { RunId } from '../shared/ids.ts';
import type { MetricPoint } from '../shared/run.ts';

const everyMs = 250;
/** How long one slice may hold the owner's thread; a slower machine gets smaller slices. */
const sliceMs = 2;
const retryMs = 2000;
/** Points of the first slice, before anything was measured, and of the smallest. */
const fewest = 50;

/** What has come in is packed when it is so many points, so many of each curve, or so many batches. */
const packedAt = { points: 8192, ofEach: 32, batches: 512 };

const breathe = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Gathers a run's points and stores them four times a second, in slices; now and then, and at its end, it packs them into blocks. Nothing
 * is dropped when the disk is full: points wait in memory and are tried again (the run's folder holds them too).
 */
export class MetricWriter {
  readonly #store: WriteStore;
  readonly #run: RunId;
  #waiting: MetricPoint[] = [];
  #timer: NodeJS.Timeout | null = null;
  #slice = fewest;
  readonly #keys = new Set<string>();
  #unpacked = { points: 0, batches: 0 };
  #sealing: Sealing | null = null;
  #packs = false;

  constructor(store: WriteStore, run: RunId) {
    this.#store = store;
    this.#run = run;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      this.#waiting.push(point);
      this.#keys.add(point.key);
    }
    this.#schedule(everyMs);
  }

  /** For much that is there already: stores it at once, slice by slice, and packs what is due. Throws what storing throws. */
  async take(points: readonly MetricPoint[]): Promise<void> {
    for (const point of points) {
      this.#waiting.push(point);
      this.#keys.add(point.key);
    }
    while (this.#waiting.length > 0 || this.#due) {
      if (this.#waiting.length > 0) this.#storeSlice();
      else this.#pack();
      await breathe();
    }
  }

  /** After the last point: stores and packs what waits, slice by slice, letting the thread go in between. What cannot be stored is left to `storeRest`. */
  async drain(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#waiting.length > 0) {
      this.#storeSlice();
      await breathe();
    }
    // One that is under way covers what had come in when it began; another one the rest.
    while (this.#sealing || this.#unpacked.batches > 0) {
      this.#pack();
      await breathe();
    }
  }

  /** Stores what still waits in the transaction that is open: the run's end and its last points belong together. */
  storeRest(): void {
    putPoints(this.#store, this.#run, this.#waiting);
  }

  /** After the run's end is stored. */
  close(): void {
    this.#waiting = [];
    this.#sealing = null;
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      try {
        // By turns, so that neither waits for ever.
        this.#packs = this.#due && (this.#waiting.length === 0 || !this.#packs);
        if (this.#packs) this.#pack();
        else if (this.#waiting.length > 0) this.#storeSlice();
        if (this.#waiting.length > 0 || this.#due) this.#schedule(0);
      } catch {
        // If it stays so, storing the run's end fails too, and that is what people are told.
        this.#schedule(retryMs);
      }
    }, ms);
  }

  get #due(): boolean {
    const { points, batches } = this.#unpacked;
    const most = Math.max(packedAt.points, packedAt.ofEach * this.#keys.size);
    return this.#sealing !== null || points >= most || batches >= packedAt.batches;
  }

  #pack(): void {
    if (!this.#sealing) {
      this.#sealing = new Sealing(this.#store, runKey(this.#store, this.#run));
      this.#unpacked = { points: 0, batches: 0 };
      return;
    }
    const sealing = this.#sealing;
    try {
      if (this.#store.relaxed(() => sealing.goOn(this.#store, sliceMs))) this.#sealing = null;
    } catch (error) {
      // What this slice had packed is not: begin again from what is stored.
      this.#sealing = null;
      this.#unpacked.batches = packedAt.batches;
      throw error;
    }
  }

  #storeSlice(): void {
    const points = this.#waiting.slice(0, this.#slice);
    const begun = performance.now();
    insertPoints(this.#store, this.#run, points);
    const taken = performance.now() - begun;
    this.#waiting.splice(0, points.length);
    this.#unpacked.points += points.length;
    this.#unpacked.batches++;
    if (points.length === this.#slice) {
      // A quick one says little of one of twenty times its size: it grows by doubling, and shrinks at once.
      const fitting = (this.#slice * sliceMs) / Math.max(taken, 0.1);
      this.#slice = Math.round(Math.min(4000, this.#slice * 2, Math.max(fewest, fitting)));
    }
  }
}
