import { checkpointPath, writeCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { Measures } from './learner.ts';
import type { NextBest } from './next-best.ts';

/** What a crash may cost at most, as long as writing is cheap. */
const minIntervalMs = 3_000;
/** Writing takes at most a twentieth of the time. */
const intervalPerWrite = 20;

export interface KeeperOptions {
  /** Hears of a best checkpoint once it is on disk: what is announced can be exported, whatever happens next. */
  saved?: (best: Checkpoint) => void;
  /** A checkpoint could not be written (a full disk, most likely). It is tried again with the next one; `null`: that one was written. */
  failed?: (error: Error | null) => void;
  now?: () => number;
  write?: typeof writeCheckpoint;
  /** Where more than the best one is to be kept. */
  next?: NextBest;
}

/** Keeps the best checkpoint at hand and both on disk, without letting a fast training write its disk full-time. */
export class CheckpointKeeper {
  readonly #runFolder: string;
  readonly #saved: (best: Checkpoint) => void;
  readonly #failed: (error: Error | null) => void;
  readonly #now: () => number;
  readonly #write: typeof writeCheckpoint;
  readonly #next: NextBest | undefined;
  #best: Checkpoint | null;
  #bestIsSaved = true;
  /** The first chance to save is taken: from then on a crash costs seconds. */
  #lastSave = -Infinity;
  #writeMs = 0;
  #hasFailed = false;

  constructor(runFolder: string, best: Checkpoint | null, options: KeeperOptions = {}) {
    const { saved = () => {}, failed = () => {}, now = () => performance.now(), write = writeCheckpoint } = options;
    this.#runFolder = runFolder;
    this.#best = best;
    this.#saved = saved;
    this.#failed = failed;
    this.#now = now;
    this.#write = write;
    this.#next = options.next;
  }

  get best(): Checkpoint | null {
    return this.#best;
  }

  /** The values must be copies: training goes on. The first is saved at once, later ones at the next `saveIfDue` or `saveBest`. */
  keepBest(checkpoint: Checkpoint): void {
    const before = this.#best;
    const next = this.#next;
    // A training that goes on from an earlier moment comes to its best epochs again: they are not others.
    const isEarlier = before !== null && before.position.step < checkpoint.position.step;
    if (isEarlier && next) this.#try(() => next.demote(before, this.#bestIsSaved));
    this.#best = checkpoint;
    this.#bestIsSaved = false;
    if (before === null) this.#try(() => this.saveBest());
  }

  /** An epoch that is not the best, where it is one of the next best that are to be kept. */
  async keepNext(measures: Measures, checkpoint: () => Promise<Checkpoint>): Promise<void> {
    if (!this.#next?.wants(measures)) return;
    const made = await checkpoint();
    this.#try(() => this.#next?.keep(made));
  }

  /** Written at once, under a name of its own. */
  keep(name: string, checkpoint: Checkpoint): void {
    this.#try(() => this.#write(checkpointPath(this.#runFolder, name), checkpoint));
  }

  /** `last` is written at once and may be a view of live values. A training goes on where it cannot be written. */
  async saveIfDue(last: () => Promise<Checkpoint>): Promise<void> {
    if (this.#now() - this.#lastSave < Math.max(minIntervalMs, intervalPerWrite * this.#writeMs)) return;
    const checkpoint = await last();
    this.#try(() => this.save(checkpoint));
  }

  /** Throws where it cannot be written: for who would lose by going on. */
  save(last: Checkpoint): void {
    const start = this.#now();
    this.#lastSave = start;
    // The best first: "last" speaks of it, so it must never be the older of the two.
    this.saveBest();
    this.#write(checkpointPath(this.#runFolder, 'last'), last);
    this.#lastSave = this.#now();
    this.#writeMs = this.#lastSave - start;
  }

  saveBest(): void {
    if (!this.#best || this.#bestIsSaved) return;
    this.#write(checkpointPath(this.#runFolder, 'best'), this.#best);
    this.#bestIsSaved = true;
    this.#saved(this.#best);
  }

  /** Where something else has gone wrong already. */
  saveBestIfPossible(): void {
    this.#try(() => this.saveBest());
  }

  #try(write: () => void): void {
    try {
      write();
      if (this.#hasFailed) this.#failed(null);
      this.#hasFailed = false;
    } catch (error) {
      // Told once, however often it is tried.
      if (!this.#hasFailed) this.#failed(error as Error);
      this.#hasFailed = true;
    }
  }
}
