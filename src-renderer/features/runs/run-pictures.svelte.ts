import type { RunId } from '../../../src-main/shared/ids.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** What a run's model made, epoch by epoch: which epochs left a picture, which of them is looked at, and that picture. */
export class RunPictures {
  #studio: Studio;
  #epochs = new Resource<number[]>();
  #picture = new Resource<{ epoch: number; png: Uint8Array }>();
  #run: RunId | null = null;
  /** Null: the latest, also when later ones come. */
  #chosen = $state<number | null>(null);
  readonly #seen = new Map<number, Uint8Array>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get loaded(): boolean {
    return this.#epochs.value !== null;
  }
  get epochs(): readonly number[] {
    return this.#epochs.value ?? [];
  }
  get error() {
    return this.#epochs.error ?? this.#picture.error;
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
  get picture() {
    return this.#picture.value;
  }

  /** Asks which there are; again for the same run, for those that have come since. */
  async load(run: RunId): Promise<void> {
    if (run !== this.#run) {
      this.#run = run;
      this.#chosen = null;
      this.#epochs.set(null);
      this.#picture.set(null);
      this.#seen.clear();
    }
    await this.#epochs.load(() => this.#studio.call('runs.pictures', { id: run }));
    await this.#fetch();
  }

  /** The picture of that place in `epochs`; the last one: the latest, whichever that will be. */
  async choose(at: number): Promise<void> {
    this.#chosen = at >= this.epochs.length - 1 ? null : (this.epochs[at] ?? null);
    await this.#fetch();
  }

  async #fetch(): Promise<void> {
    const [id, epoch] = [this.#run, this.epoch];
    if (id === null || epoch === undefined || this.#picture.value?.epoch === epoch) return;
    const seen = this.#seen.get(epoch);
    if (seen) return this.#picture.set({ epoch, png: seen });
    await this.#picture.load(async () => {
      const png = await this.#studio.call('runs.picture', { id, epoch });
      if (this.#run === id) this.#seen.set(epoch, png);
      return { epoch, png };
    });
  }
}
