import type { Span } from '../../../../src-main/shared/annotation.ts';
import type { ShownMark } from '../marks.svelte.ts';

export type SpanMark = ShownMark & { shape: Omit<Span, 'class'> };
const isSpan = (mark: ShownMark): mark is SpanMark => mark.shape.type === 'span';

const run = 64;

/**
 * The spans of a text by where they lie. They are kept in order (by start; of several there the longest first) with the farthest end of each 64:
 * what a stretch of text touches is found without a look at the others.
 */
export class SpanIndex {
  readonly all: readonly SpanMark[];
  readonly #farthest: Float64Array;
  readonly #places: ReadonlyMap<number, number>;

  constructor(marks: readonly ShownMark[]) {
    this.all = marks.filter(isSpan).sort(inOrder);
    this.#farthest = new Float64Array(Math.ceil(this.all.length / run)).fill(-1);
    this.all.forEach(({ shape }, i) => {
      const at = Math.floor(i / run);
      this.#farthest[at] = Math.max(this.#farthest[at], shape.end);
    });
    this.#places = new Map(this.all.map(({ key }, i) => [key, i]));
  }

  byKey(key: number): SpanMark | undefined {
    const at = this.#places.get(key);
    return at === undefined ? undefined : this.all[at];
  }

  /** Its place in reading order, from 0; -1 where there is none. */
  place(key: number): number {
    return this.#places.get(key) ?? -1;
  }

  /** Those with a character in common with these, in order. Spans without any are those that begin in them. */
  touching(from: number, to: number): SpanMark[] {
    const found: SpanMark[] = [];
    const last = this.#firstFrom(Math.max(to, from + 1));
    for (let i = 0; i < last; i++) {
      if (i % run === 0 && this.#farthest[i / run] <= from && i + run < last) {
        i += run - 1;
        continue;
      }
      const { start, end } = this.all[i].shape;
      if (end > from || (start === end && start >= from)) found.push(this.all[i]);
    }
    return found;
  }

  /** The innermost span at a character. */
  innermost(at: number): SpanMark | undefined {
    return this.touching(at, at + 1).reduce<SpanMark | undefined>(
      (best, one) => (best && lengthOf(best) < lengthOf(one) ? best : one),
      undefined,
    );
  }

  /** The next in reading order from a place on, or the one before it; of those that fit. From the end it goes on at the beginning. */
  nextFrom(place: number, by: 1 | -1, fits: (mark: SpanMark) => boolean = () => true): SpanMark | undefined {
    const { length } = this.all;
    const first = by === 1 ? this.#firstFrom(place) : this.#firstFrom(place) - 1;
    for (let i = 0; i < length; i++) {
      const mark = this.all[(((first + i * by) % length) + length) % length];
      if (fits(mark)) return mark;
    }
    return undefined;
  }

  /** How many begin before this place. */
  #firstFrom(place: number): number {
    let low = 0;
    let high = this.all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle].shape.start < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const lengthOf = ({ shape }: SpanMark): number => shape.end - shape.start;
const inOrder = (a: SpanMark, b: SpanMark): number =>
  a.shape.start - b.shape.start || b.shape.end - a.shape.end || a.key - b.key;
