/**
 * Philox 4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): random numbers as a pure function of
 * (seed, stream, position). Nothing has to be saved to go on exactly where a run stopped, and streams never overlap.
 */
export class Random {
  readonly #key0: number;
  readonly #key1: number;
  readonly #stream0: number;
  readonly #stream1: number;
  #block = 0;
  readonly #words = new Uint32Array(4);
  #used = 4;

  /** `seed`: any integer up to 2⁵³. `stream`: up to two numbers that say what the numbers are for (see `streams`) and which of those. */
  constructor(seed: number, stream = 0, substream = 0) {
    this.#key0 = seed >>> 0;
    this.#key1 = Math.floor(seed / 2 ** 32) >>> 0;
    this.#stream0 = stream >>> 0;
    this.#stream1 = substream >>> 0;
  }

  /** 0 … 2³²-1 */
  uint32(): number {
    if (this.#used === 4) this.#next();
    return this.#words[this.#used++];
  }

  /** [0, 1), 53 bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** 0 … bound-1, without bias (Lemire's rejection). */
  below(bound: number): number {
    for (;;) {
      const word = this.uint32();
      // The threshold, a slow division, is below the bound, as next to no word is.
      if (word >= bound || word >= 2 ** 32 % bound) return word % bound;
    }
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  fillBytes(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length;) {
      for (let word = this.uint32(), k = 0; k < 4 && i < bytes.length; k++, word >>>= 8) bytes[i++] = word & 255;
    }
  }

  /** Standard normal numbers: both of Box and Muller's, from 32 bits each, which is as fine as 32-bit floats need. */
  fillNormal(numbers: Float32Array): void {
    for (let i = 0; i < numbers.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) / 2 ** 32));
      const angle = (2 * Math.PI * this.uint32()) / 2 ** 32;
      numbers[i] = radius * Math.cos(angle);
      if (i + 1 < numbers.length) numbers[i + 1] = radius * Math.sin(angle);
    }
  }

  /** Fisher and Yates, in place. */
  shuffle(items: { length: number; [index: number]: number }): void {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swap = items[i];
      items[i] = items[j];
      items[j] = swap;
    }
  }

  /**
   * Marks those of `size` things that a shuffle would bring to the first `count` places, with 1, by where they were; it takes as many numbers as
   * the shuffle. Bytes are walked instead of words swapped, of which the processor's cache holds four times as many. It can rest after every
   * hundredth of a second or so.
   */
  *choosing(size: number, count: number): Generator<void, Uint8Array> {
    const swaps = new Uint32Array(size);
    for (let end = size; end > 1; end -= stretch) {
      this.#fillSwaps(swaps, Math.max(1, end - stretch), end);
      yield;
    }
    const marks = new Uint8Array(size).fill(1, 0, count);
    // Back from where they end to where they were. Among the first places all are marked, and behind them none until its turn comes.
    for (let begin = Math.max(count, 1); begin < size; begin += stretch) {
      swapBack(marks, swaps, begin, Math.min(size, begin + stretch));
      yield;
    }
    return marks;
  }

  #fillSwaps(swaps: Uint32Array, begin: number, end: number): void {
    for (let i = end - 1; i >= begin; i--) swaps[i] = this.below(i + 1);
  }

  #next(): void {
    philox(
      this.#words,
      this.#block >>> 0,
      Math.floor(this.#block / 2 ** 32) >>> 0,
      this.#stream0,
      this.#stream1,
      this.#key0,
      this.#key1,
    );
    this.#block++;
    this.#used = 0;
  }
}

/** Places that are chosen from in one go. */
const stretch = 1 << 19;

function swapBack(marks: Uint8Array, swaps: Uint32Array, begin: number, end: number): void {
  for (let i = begin; i < end; i++) {
    const from = swaps[i];
    marks[i] = marks[from];
    marks[from] = 0;
  }
}

/** What a run draws random numbers for. The numbers are part of every seed's meaning: never renumber. */
export const streams = {
  initialize: 1,
  shuffle: 2,
  mask: 3,
  split: 4,
  noise: 5,
  show: 6,
  hide: 7,
  write: 8,
  augment: 9,
  resample: 10,
  mix: 11,
  synonym: 12,
  examples: 13,
} as const;

/** The bijection itself: counter (4 words) and key (2 words) → 4 words, written into `out`. */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
): void {
  // Words as int32, the only integers that are computed with as such: a third of the time that doubles take.
  for (let round = 0; round < 10; round++) {
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    const high0 = multiplyHigh(0xd251, 0x1f53, c0);
    const high1 = multiplyHigh(0xcd9e, 0x8d57, c2);
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 = (key0 + 0x9e3779b9) | 0;
    key1 = (key1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits, as int32, of the product of two unsigned 32-bit numbers, the first in halves. No sum goes beyond 32 bits. */
function multiplyHigh(aHigh: number, aLow: number, b: number): number {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const middle2 = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (middle2 >>> 16)) | 0;
}
