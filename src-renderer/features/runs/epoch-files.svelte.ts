import type { RunId } from '../../../src-main/shared/ids.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** Where a run's epochs and what each left are asked for. */
export interface EpochSource<File> {
  epochs(run: RunId): Promise<number[]>;
  file(run: RunId, epoch: number): Promise<File>;
}

/** What a run's model made, epoch by epoch: which epochs left something, which of them is looked at, and what it left. */
export class EpochFiles<File> {
  readonly #source: EpochSource<File>;
  #epochs = new Resource<number[]>();
  #file = new Resource<{ epoch: number; made: File }>();
  #run: RunId | null = null;
  /** Null: the latest, also when later ones come. */
  #chosen = $state<number | null>(null);
  readonly #seen = new Map<number, File>();

  constructor(source: EpochSource<File>) {
    this.#source = source;
  }

  get loaded(): boolean {
    return this.#epochs.value !== null;
  }
  get epochs(): readonly number[] {
    return this.#epochs.value ?? [];
  }
  get error() {
    return this.#epochs.error ?? this.#file.error;
  }
  /** The place in `epochs` that is looked at. */
  get at(): number {
    const last = this.epochs.length - 1;
    if (this.#chosen === null) return last;
    const found = this.epochs.findLastIndex((epoch) => epoch <= this.#chosen!);
    return found < 0 ? Math.min(0, last) : found;
  }
  get epoch(): number | undefined {
    return this.epochs[this.at];
  }
  get followsLatest(): boolean {
    return this.#chosen === null;
  }
  /** While another is on its way, the one before. */
  get file() {
    return this.#file.value;
  }

  /** Asks which there are; again for the same run, for those that have come since. */
  async load(run: RunId): Promise<void> {
    if (run !== this.#run) {
      this.#run = run;
      this.#chosen = null;
      this.#epochs.set(null);
      this.#file.set(null);
      this.#seen.clear();
    }
    await this.#epochs.load(() => this.#source.epochs(run));
    await this.#fetch();
  }

  /** What was left at that place in `epochs`; the last one: the latest, whichever that will be. */
  async choose(at: number): Promise<void> {
    this.#chosen = at >= this.epochs.length - 1 ? null : (this.epochs[at] ?? null);
    await this.#fetch();
  }

  async #fetch(): Promise<void> {
    const [id, epoch] = [this.#run, this.epoch];
    if (id === null || epoch === undefined || this.#file.value?.epoch === epoch) return;
    const seen = this.#seen.get(epoch);
    if (seen !== undefined) return this.#file.set({ epoch, made: seen });
    await this.#file.load(async () => {
      const made = await this.#source.file(id, epoch);
      if (this.#run === id) this.#seen.set(epoch, made);
      return { epoch, made };
    });
  }
}
