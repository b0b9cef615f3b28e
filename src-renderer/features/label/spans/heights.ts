/** Heights of blocks one under another, some guessed and some measured: where each begins, and which lies at a place, in O(log n) (Fenwick 1994). */
export class Heights {
  readonly #heights: Float64Array;
  readonly #tree: Float64Array;
  readonly #top: number;

  constructor(heights: Float64Array) {
    this.#heights = heights.slice();
    const { length } = heights;
    this.#tree = new Float64Array(length + 1);
    for (let i = 1; i <= length; i++) {
      this.#tree[i] += heights[i - 1];
      const parent = i + (i & -i);
      if (parent <= length) this.#tree[parent] += this.#tree[i];
    }
    this.#top = length === 0 ? 0 : 1 << (31 - Math.clz32(length));
  }

  get total(): number {
    return this.before(this.#heights.length);
  }

  of(block: number): number {
    return this.#heights[block];
  }

  /** Of all blocks above this one. */
  before(block: number): number {
    let sum = 0;
    for (let i = block; i > 0; i -= i & -i) sum += this.#tree[i];
    return sum;
  }

  /** By how much it changes. */
  set(block: number, height: number): number {
    const change = height - this.#heights[block];
    if (change === 0) return 0;
    this.#heights[block] = height;
    for (let i = block + 1; i < this.#tree.length; i += i & -i) this.#tree[i] += change;
    return change;
  }

  /** The block that this place lies in; the first above all, the last below all. */
  at(place: number): number {
    let block = 0;
    let left = place;
    for (let step = this.#top; step > 0; step >>= 1) {
      const next = block + step;
      if (next < this.#tree.length && this.#tree[next] <= left) {
        block = next;
        left -= this.#tree[next];
      }
    }
    return Math.max(0, Math.min(this.#heights.length - 1, block));
  }
}
