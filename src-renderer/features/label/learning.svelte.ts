import type { Learnt, TellingWay } from '../../../src-main/shared/few-shot.ts';
import type { LabellingId, VersionId } from '../../../src-main/shared/ids.ts';
import type { AtelierError } from '../../../src-main/shared/errors.ts';
import type { Studio } from '../../bridge/studio.ts';
import { asError } from '../../state/resource.svelte.ts';

/** After so many labels it is worked out anew without a pause in them; after fewer once they pause. */
const enough = 5;
const pauseMs = 1200;

interface Asked {
  labelling: LabellingId;
  version: VersionId;
}

/** Suggestions that follow from the labels, kept up as these come. One question at a time, and as long a rest after each as it took, unless labels pause: then somebody may be waiting. */
export class Learning {
  readonly #studio: Studio;
  readonly #what: () => Asked | null;
  readonly #take: (learnt: Learnt) => void;
  #on = $state(false);
  #busy = $state(false);
  #found = $state.raw<Learnt | null>(null);
  #error = $state.raw<AtelierError | null>(null);
  #way: TellingWay = 'telling';
  #since = 0;
  #restUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is answered to an earlier start is not taken any more. */
  #turn = 0;

  constructor(studio: Studio, what: () => Asked | null, take: (learnt: Learnt) => void) {
    this.#studio = studio;
    this.#what = what;
    this.#take = take;
  }

  get on(): boolean {
    return this.#on;
  }
  get busy(): boolean {
    return this.#busy;
  }
  get found(): Learnt | null {
    return this.#found;
  }
  get error(): AtelierError | null {
    return this.#error;
  }

  start(way: TellingWay = this.#way): void {
    const other = way !== this.#way;
    this.#way = way;
    if (this.#on && !other) return;
    this.#on = true;
    this.#since++;
    this.#restUntil = 0;
    this.#soon();
  }

  /** What was found stays as it shows. */
  stop(): void {
    if (this.#busy) void this.#studio.call('labels.stopLearning').catch(() => {});
    this.#on = this.#busy = false;
    clearTimeout(this.#timer);
    this.#turn++;
  }

  /** Of another labelling nothing is known yet. */
  forget(): void {
    this.stop();
    this.#found = this.#error = null;
    this.#since = 0;
  }

  /** So many labels have changed. */
  labelled(count: number): void {
    if (!this.#on || count === 0) return;
    this.#since += count;
    this.#soon();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    if (!this.#on || this.#busy || this.#since === 0) return;
    const first = this.#found === null;
    const rest = this.#since >= enough ? Math.max(0, this.#restUntil - Date.now()) : pauseMs;
    this.#timer = setTimeout(() => void this.#ask(), first ? 0 : Math.min(pauseMs, rest));
  }

  async #ask(): Promise<void> {
    const asked = this.#what();
    if (!asked || this.#busy) return;
    const turn = this.#turn;
    const way = this.#way;
    const began = Date.now();
    this.#since = 0;
    this.#busy = true;
    try {
      const learnt = await this.#studio.call('labels.learn', { ...asked, way });
      if (turn !== this.#turn) return;
      this.#found = learnt;
      this.#error = null;
      this.#take(learnt);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#error = asError(error);
      this.#on = false;
    }
    this.#busy = false;
    this.#restUntil = Date.now() + Math.min(10_000, Date.now() - began);
    if (way !== this.#way) this.#since++;
    this.#soon();
  }
}
