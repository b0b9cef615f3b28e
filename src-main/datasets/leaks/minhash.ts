import { Random } from '../../shared/random.ts';

/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997): of two sets the share of equal places in their signatures
 * estimates |A ∩ B| / |A ∪ B|, with a standard deviation of at most 1/(2√places). Cut into bands, equal bands name candidates (Indyk and Motwani's LSH).
 */
export const places = 128;
export const bands = 32;
const perBand = places / bands;

const random = new Random(0x6d696e68);
const factors = Int32Array.from({ length: places }, () => random.uint32() | 1);
const offsets = Int32Array.from({ length: places }, () => random.uint32());

/** Writes the signature of a set of hashes at `at`. An empty set has no signature that means anything. */
export function signature(elements: Int32Array, into: Int32Array, at: number): void {
  for (let p = 0; p < places; p++) {
    const [factor, offset] = [factors[p], offsets[p]];
    let least = 0x7fffffff;
    for (let i = 0; i < elements.length; i++) {
      const value = (Math.imul(elements[i], factor) + offset) | 0;
      if (value < least) least = value;
    }
    into[at + p] = least;
  }
}

/** The share of equal places of two signatures. */
export function resemblance(a: Int32Array, atA: number, b: Int32Array, atB: number): number {
  let equal = 0;
  for (let p = 0; p < places; p++) if (a[atA + p] === b[atB + p]) equal++;
  return equal / places;
}

/** Signatures by their bands. A chain that grows longer than this is of a band that says little. */
const longestChain = 64;

export class BandIndex {
  readonly #mask: number;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  readonly #keys: Int32Array;
  readonly #capacity: number;
  readonly #seen: Int32Array;
  #turn = 0;

  constructor(capacity: number) {
    const size = 2 ** Math.ceil(Math.log2(capacity + 2));
    this.#capacity = capacity;
    this.#mask = size - 1;
    this.#heads = new Int32Array(size * bands).fill(-1);
    this.#next = new Int32Array(capacity * bands);
    this.#keys = new Int32Array(capacity * bands);
    this.#seen = new Int32Array(capacity);
  }

  add(item: number, signatures: Int32Array, at: number): void {
    for (let b = 0; b < bands; b++) {
      const key = bandKey(signatures, at, b);
      const head = b * (this.#mask + 1) + (key & this.#mask);
      this.#keys[b * this.#capacity + item] = key;
      this.#next[b * this.#capacity + item] = this.#heads[head];
      this.#heads[head] = item;
    }
  }

  /** Every item that shares a band, once. */
  candidates(signatures: Int32Array, at: number, visit: (item: number) => void): void {
    this.#turn++;
    for (let b = 0; b < bands; b++) {
      const key = bandKey(signatures, at, b);
      let item = this.#heads[b * (this.#mask + 1) + (key & this.#mask)];
      for (let length = 0; item >= 0 && length < longestChain; length++) {
        if (this.#keys[b * this.#capacity + item] === key && this.#seen[item] !== this.#turn) {
          this.#seen[item] = this.#turn;
          visit(item);
        }
        item = this.#next[b * this.#capacity + item];
      }
    }
  }
}

function bandKey(signatures: Int32Array, at: number, band: number): number {
  let key = band;
  for (let p = band * perBand; p < (band + 1) * perBand; p++) key = mix(key ^ signatures[at + p]);
  return key;
}

/** MurmurHash3's finalizer: every bit of the result depends on every bit given. */
export function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
