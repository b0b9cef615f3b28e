import { Random } from '../../shared/random.ts';
import { printSize } from './picture-print.ts';

const tables = 16;

/** Prints by the side of random planes on which they lie (Charikar, "Similarity estimation techniques from rounding algorithms", 2002). */
export class PlaneIndex {
  readonly #prints: Float32Array;
  readonly #bits: number;
  readonly #planes: Float32Array[] = [];
  readonly #members: Int32Array[] = [];
  readonly #starts: Int32Array[] = [];
  readonly #seen: Int32Array;
  #turn = 0;

  constructor(prints: Float32Array, count: number) {
    this.#prints = prints;
    this.#bits = Math.min(14, Math.max(3, Math.round(Math.log2(count / 16))));
    this.#seen = new Int32Array(count);
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

  /** The `most` prints nearest to any of those given, nearest first, that share a bucket with one and whose cosine is at least `least`; not `self`. */
  nearest(self: number, wanted: Float32Array, most: number, least: number): number[] {
    const best: { item: number; cosine: number }[] = [];
    for (let at = 0; at < wanted.length; at += printSize) {
      this.#turn++;
      for (let t = 0; t < tables; t++) {
        const key = this.#keyOf(wanted, at, t);
        for (let m = this.#starts[t][key]; m < this.#starts[t][key + 1]; m++) {
          const item = this.#members[t][m];
          if (item === self || this.#seen[item] === this.#turn) continue;
          this.#seen[item] = this.#turn;
          const cosine = this.#cosine(wanted, at, item);
          if (cosine < least || (best.length === most && cosine <= best[most - 1].cosine)) continue;
          insert(best, { item, cosine });
          if (best.length > most) best.pop();
        }
      }
    }
    return best.map(({ item }) => item);
  }

  #cosine(print: Float32Array, at: number, item: number): number {
    let sum = 0;
    for (let k = 0; k < printSize; k++) sum += print[at + k] * this.#prints[item * printSize + k];
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

/** Keeps the list in order, and each item once, with its highest cosine. */
function insert(best: { item: number; cosine: number }[], found: { item: number; cosine: number }): void {
  const known = best.findIndex(({ item }) => item === found.item);
  if (known >= 0 && best[known].cosine >= found.cosine) return;
  if (known >= 0) best.splice(known, 1);
  const place = best.findIndex(({ cosine }) => cosine < found.cosine);
  best.splice(place < 0 ? best.length : place, 0, found);
}
