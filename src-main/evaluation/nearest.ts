/** a · b of matrices, m × k by k × n, rows one after another, into an array that is as long; no less exact than sums of 32-bit floats are. */
export type Multiply = (
  a: Float32Array,
  b: Float32Array,
  m: number,
  k: number,
  n: number,
  into: Float32Array,
) => Promise<unknown>;

/** Products that are made at once. */
const pairsAtOnce = 1 << 20;
/** Squares beyond this have products that no 32-bit float holds. */
const largest = 1e36;

/** The best few of those offered. */
export class Nearest {
  readonly places: Int32Array;
  readonly scores: Float64Array;
  count = 0;

  constructor(most: number) {
    this.places = new Int32Array(most);
    this.scores = new Float64Array(most);
  }

  clear(): void {
    this.count = 0;
  }

  /** What the next one must surpass. */
  get least(): number {
    return this.count < this.scores.length ? -Infinity : this.scores[this.count - 1];
  }

  offer(place: number, score: number): void {
    if (score <= this.least) return;
    const last = this.scores.length - 1;
    let at = Math.min(this.count, last);
    for (; at > 0 && this.scores[at - 1] < score; at--) {
      this.scores[at] = this.scores[at - 1];
      this.places[at] = this.places[at - 1];
    }
    this.scores[at] = score;
    this.places[at] = place;
    this.count = Math.min(last + 1, this.count + 1);
  }
}

export interface Search {
  /** Samples × size. */
  points: Float32Array;
  size: number;
  /** Whose nearest are sought, … */
  asked: Int32Array;
  /** … among whom; none is near to itself. */
  among: Int32Array;
  most: number;
}

/**
 * Visits each that is asked with the nearest of the others by Euclidean distance, whose scores are squared distances below 0, the first of those
 * as far. Products of matrices tell which are worth a look, |a − b|² being |a|² − 2 (ab − |b|²/2): of 32-bit floats, they are believed as far as
 * their rounding can be off, and those worth it are measured in 64 bits.
 */
export async function eachNearest(
  { points, size, asked, among, most }: Search,
  multiply: Multiply,
  pause: () => Promise<void>,
  visit: (i: number, nearest: Nearest) => void,
): Promise<void> {
  const width = size + 1;
  const { middle, others, farthest } = turnedAround(points, size, among);
  const nearest = new Nearest(most);
  const rows = Math.max(1, Math.floor(pairsAtOnce / Math.max(among.length, width)));
  const own = new Float32Array(Math.min(rows, asked.length) * width);
  const products = new Float32Array(Math.min(rows, asked.length) * among.length);
  const candidates = new Candidates(among.length, most);
  for (let from = 0; from < asked.length; from += rows) {
    const to = Math.min(asked.length, from + rows);
    const squares = new Float64Array(to - from);
    for (let i = from; i < to; i++) {
      const at = (i - from) * width;
      for (let k = 0; k < size; k++) {
        const value = points[asked[i] * size + k] - middle[k];
        own[at + k] = value;
        squares[i - from] += value * value;
      }
      own[at + size] = 1;
    }
    const some = products.subarray(0, (to - from) * among.length);
    await multiply(own.subarray(0, (to - from) * width), others, to - from, width, among.length, some);
    for (let i = from; i < to; i++) {
      const row = some.subarray((i - from) * among.length, (i - from + 1) * among.length);
      candidates.find(row, among, asked[i], doubtOf(size, squares[i - from], farthest));
      measure(points, size, asked[i], candidates, nearest);
      visit(i, nearest);
    }
    await pause();
  }
}

/** How far products are believed: by as much either way the sum that one is may be off. */
function doubtOf(size: number, square: number, farthest: number): number {
  if (!(square < largest && farthest < largest)) return Infinity;
  // Of a sum of so many products of rounded numbers (Higham, Accuracy and Stability of Numerical Algorithms, 3.1), and as much again.
  return 2 * (size + 5) * 2 ** -24 * (Math.sqrt(square * farthest) + farthest / 2 + square);
}

/** The products that may be among the largest, with this doubt about each: all that are of one found so far, and not surely less than those. */
class Candidates {
  readonly places: Int32Array;
  count = 0;
  readonly #products: Float64Array;
  readonly #largest: Float64Array;

  constructor(among: number, most: number) {
    this.places = new Int32Array(among);
    this.#products = new Float64Array(among);
    this.#largest = new Float64Array(most);
  }

  /** `but`: not this one. */
  find(products: Float32Array, among: Int32Array, but: number, doubt: number): void {
    const found = this.#largest.fill(-Infinity);
    const last = found.length - 1;
    let count = 0;
    let worth = -Infinity;
    for (let j = nextWorth(products, 0, worth); j < products.length; j = nextWorth(products, j + 1, worth)) {
      const product = products[j];
      if (among[j] === but) continue;
      this.places[count] = among[j];
      this.#products[count++] = product;
      if (!(product > found[last])) continue;
      let at = last;
      for (; at > 0 && found[at - 1] < product; at--) found[at] = found[at - 1];
      found[at] = product;
      // One that is among the nearest may have been told off by as much, and the last of these flattered.
      worth = found[last] - 2 * doubt;
    }
    this.count = 0;
    for (let c = 0; c < count; c++) if (!(this.#products[c] < worth)) this.places[this.count++] = this.places[c];
  }
}

/** The place of the next product that is not surely less: one that is no number is not. Nearly all the time goes here, in turns of four. */
function nextWorth(products: Float32Array, from: number, worth: number): number {
  const end = products.length;
  let j = from;
  while (
    j + 3 < end &&
    products[j] < worth &&
    products[j + 1] < worth &&
    products[j + 2] < worth &&
    products[j + 3] < worth
  )
    j += 4;
  while (j < end && products[j] < worth) j++;
  return j;
}

function measure(
  points: Float32Array,
  size: number,
  one: number,
  { places, count }: Candidates,
  nearest: Nearest,
): void {
  nearest.clear();
  for (let c = 0; c < count; c++) {
    const limit = -nearest.least;
    let distance = 0;
    for (let k = 0, a = one * size, b = places[c] * size; k < size && distance < limit; k++) {
      const by = points[a++] - points[b++];
      distance += by * by;
    }
    if (distance < limit) nearest.offer(places[c], -distance);
  }
}

/** The others less their mean, which takes away what all have in common, as columns (y, −|y|²/2); `farthest`: the largest |y|². */
function turnedAround(
  points: Float32Array,
  size: number,
  among: Int32Array,
): { middle: Float64Array; others: Float32Array; farthest: number } {
  const middle = meanOf(points, size, among);
  const others = new Float32Array((size + 1) * among.length);
  let farthest = 0;
  for (let j = 0; j < among.length; j++) {
    let square = 0;
    for (let k = 0; k < size; k++) {
      const value = points[among[j] * size + k] - middle[k];
      others[k * among.length + j] = value;
      square += value * value;
    }
    others[size * among.length + j] = -square / 2;
    farthest = Math.max(farthest, square);
  }
  return { middle, others, farthest };
}

function meanOf(points: Float32Array, size: number, among: Int32Array): Float64Array {
  const mean = new Float64Array(size);
  for (const one of among) for (let k = 0; k < size; k++) mean[k] += points[one * size + k] / among.length;
  return mean;
}
