import { goneOn, type QueueOrder, type StateFilter } from './label-queue.ts';

/** What of the samples is gone through, and in which order. */
export interface QueueWish {
  filter?: StateFilter;
  /** A class's id; null: of any. */
  ofClass?: number | null;
  order?: QueueOrder;
}

const ahead = 4;

/** The samples that are gone through, and the one in front. */
export class SampleQueue {
  readonly #moved: () => void;
  #samples = $state.raw<Int32Array>(new Int32Array(0));
  #at = $state(0);
  /** A sample looked at out of turn, as undo does. */
  #aside = $state<number | null>(null);
  #wish = $state.raw<Required<QueueWish>>({ filter: 'todo', ofClass: null, order: 'given' });

  /** `moved`: another sample may be in front. */
  constructor(moved: () => void) {
    this.#moved = moved;
  }

  get samples(): Int32Array {
    return this.#samples;
  }
  get at(): number {
    return this.#at;
  }
  get filter(): StateFilter {
    return this.#wish.filter;
  }
  get ofClass(): number | null {
    return this.#wish.ofClass;
  }
  get order(): QueueOrder {
    return this.#wish.order;
  }
  /** The sample looked at; null at the end. */
  get current(): number | null {
    return this.#aside ?? (this.#at < this.#samples.length ? this.#samples[this.#at] : null);
  }
  /** The sample looked at, those that come next, and the one before. */
  get near(): number[] {
    const { current } = this;
    const next = this.#samples.subarray(this.#at, this.#at + ahead);
    const before = this.#samples.subarray(Math.max(0, this.#at - 1), this.#at);
    return [...new Set([...(current === null ? [] : [current]), ...next, ...before])];
  }

  /** What is not said stays. */
  wish({ filter = this.filter, ofClass = this.ofClass, order = this.order }: QueueWish): void {
    this.#wish = { filter, ofClass, order };
  }

  /** Others, from the first. */
  put(samples: Int32Array): void {
    this.#samples = samples;
    this.#at = 0;
    this.#aside = null;
  }

  /** What comes behind the sample in front, anew. */
  putBehind(samples: Int32Array): void {
    this.#samples = goneOn(this.#samples, this.#at, samples);
    this.#moved();
  }

  step(by: number): void {
    if (this.#aside === null) return this.goTo(this.#at + by);
    this.#aside = null;
    this.#moved();
  }

  /** To a place. */
  goTo(at: number): void {
    this.#aside = null;
    this.#at = Math.max(0, Math.min(this.#samples.length, at));
    this.#moved();
  }

  /** To a sample, wherever it is. */
  look(sample: number): void {
    const at = this.#samples.indexOf(sample);
    if (at >= 0) return this.goTo(at);
    this.#aside = sample;
    this.#moved();
  }
}
