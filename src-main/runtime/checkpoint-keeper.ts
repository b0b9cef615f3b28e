import { checkpointPath, writeCheckpoint, type Checkpoint } from './checkpoint.ts';

/** What a crash may cost at most, as long as writing is cheap. */
const minIntervalMs = 3_000;
/** Writing takes at most a twentieth of the time. */
const intervalPerWrite = 20;

/** Keeps the best checkpoint at hand and both on disk, without letting a fast training write its disk full-time. */
export class CheckpointKeeper {
  readonly #runFolder: string;
  readonly #saved: (best: Checkpoint) => void;
  readonly #now: () => number;
  #best: Checkpoint | null;
  #bestIsSaved = true;
  /** The first chance to save is taken: from then on a crash costs seconds. */
  #lastSave = -Infinity;
  #writeMs = 0;

  /** `saved` hears of a best checkpoint once it is on disk: what is announced can be exported, whatever happens next. */
  constructor(
    runFolder: string,
    best: Checkpoint | null,
    {
      saved = () => {},
      now = () => performance.now(),
    }: { saved?: (best: Checkpoint) => void; now?: () => number } = {},
  ) {
    this.#runFolder = runFolder;
    this.#best = best;
    this.#saved = saved;
    this.#now = now;
  }

  get best(): Checkpoint | null {
    return this.#best;
  }

  /** The values must be copies: training goes on. The first is saved at once, later ones at the next `saveIfDue` or `saveBest`. */
  keepBest(checkpoint: Checkpoint): void {
    const first = this.#best === null;
    this.#best = checkpoint;
    this.#bestIsSaved = false;
    if (first) this.saveBest();
  }

  /** `last` is written at once and may be a view of live values. */
  async saveIfDue(last: () => Promise<Checkpoint>): Promise<void> {
    if (this.#now() - this.#lastSave < Math.max(minIntervalMs, intervalPerWrite * this.#writeMs)) return;
    this.save(await last());
  }

  save(last: Checkpoint): void {
    const start = this.#now();
    // The best first: "last" speaks of it, so it must never be the older of the two.
    this.saveBest();
    writeCheckpoint(checkpointPath(this.#runFolder, 'last'), last);
    this.#lastSave = this.#now();
    this.#writeMs = this.#lastSave - start;
  }

  saveBest(): void {
    if (!this.#best || this.#bestIsSaved) return;
    writeCheckpoint(checkpointPath(this.#runFolder, 'best'), this.#best);
    this.#bestIsSaved = true;
    this.#saved(this.#best);
  }
}
