import { Random } from '../../shared/random.ts';
import { printSize } from './picture-print.ts';

const tables = 16;
const bins = 512;

/** A print, and the place of the one among those wanted that it is nearest to. */
export interface NearPrint {
  item: number;
  of: number;
}

/** Prints by the side of random planes on which they lie (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). */
export class PlaneIndex {
  readonly #prints: Float32Array;
  readonly #bits: number;
  readonly #planes: Float32Array[] = [];
  readonly #members: Int32Array[] = [];
  readonly #starts: Int32Array[] = [];
  /** When each print was seen last, which of those wanted is nearest to it, and by how much. */
  readonly #seen: Int32Array;
  readonly #of: Uint8Array;
  readonly #cosines: Float32Array;
  readonly #touched: Int32Array;
  #turn = 0;

  constructor(prints: Float32Array, count: number) {
    this.#prints = prints;
    this.#bits = Math.min(19, Math.max(3, Math.round(Math.log2(count / 4))));
    this.#seen = new Int32Array(count);
    this.#of = new Uint8Array(count);
    this.#cosines = new Float32Array(count);
    this.#touched = new Int32Array(count);
    const random = new Random(0x706c616e);
    const keys = new Int32Array(count);
    for (let t = 0; t < tables; t++) {
      this.#planes.push(Float32Array.from({ length: this.#bits * printSize }, () => random.normal()));
      const starts = new Int32Array(2 ** this.#bits + 1);
      for (let i = 0; i < count; i++) {
        keys[i] = this.#keyOf(prints, i * printSize, t);
        starts[keys[i] + 1]++;
      }
      for (let key = 0; key < 2 ** this.#bits; key++) starts[key + 1] += starts[key];
      const members = new Int32Array(count);
      const filled = starts.slice();
      keys.forEach((key, i) => (members[filled[key]++] = i));
      this.#members.push(members);
      this.#starts.push(starts);
    }
  }

  /** About `most` prints nearest to any of those given that share a bucket with one and whose cosine is at least `least`; not `self`. */
  nearest(self: number, wanted: Float32Array, most: number, least: number): NearPrint[] {
    let touched = 0;
    const before = this.#turn;
    for (let of = 0; of * printSize < wanted.length; of++) {
      this.#turn++;
      for (let t = 0; t < tables; t++) {
        const key = this.#keyOf(wanted, of * printSize, t);
        const members = this.#members[t];
        for (let m = this.#starts[t][key], end = this.#starts[t][key + 1]; m < end; m++) {
          const item = members[m];
          if (this.#seen[item] === this.#turn || item === self) continue;
          const first = this.#seen[item] <= before;
          this.#seen[item] = this.#turn;
          const cosine = this.#cosine(wanted, of * printSize, item);
          if (first) this.#touched[touched++] = item;
          else if (cosine <= this.#cosines[item]) continue;
          this.#cosines[item] = cosine;
          this.#of[item] = of;
        }
      }
    }
    const found = this.#touched.subarray(0, touched);
    const floor = Math.max(least, this.#floorOf(found, most));
    const near: NearPrint[] = [];
    for (const item of found) if (this.#cosines[item] >= floor) near.push({ item, of: this.#of[item] });
    return near;
  }

  /** The cosine that about `most` of them reach: from a histogram, which takes less time than to sort them. */
  #floorOf(items: Int32Array, most: number): number {
    if (items.length <= most) return -1;
    const counts = new Int32Array(bins + 1);
    for (const item of items) counts[binOf(this.#cosines[item])]++;
    let bin = bins;
    for (let sum = 0; bin > 0; bin--) if ((sum += counts[bin]) >= most) break;
    return bin / bins;
  }

  #cosine(print: Float32Array, at: number, item: number): number {
    const prints = this.#prints;
    let sum = 0;
    for (let k = 0, from = item * printSize; k < printSize; k++) sum += print[at + k] * prints[from + k];
    return sum;
  }

  #keyOf(print: Float32Array, at: number, table: number): number {
    const planes = this.#planes[table];
    let key = 0;
    for (let b = 0; b < this.#bits; b++) {
      let sum = 0;
      for (let k = 0; k < printSize; k++) sum += planes[b * printSize + k] * print[at + k];
      key = key * 2 + (sum > 0 ? 1 : 0);
    }
    return key;
  }
}

const binOf = (cosine: number): number => Math.max(0, Math.min(bins, Math.floor(cosine * bins)));
