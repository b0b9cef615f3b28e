import { Random, streams } from '../random.ts';
import type { Augmentation } from './kinds.ts';

export interface WordFacts {
  /** Fills a row up behind its text. */
  readonly pad: number;
  /** Tokens that say where a text begins or ends: they stay where they are. */
  readonly fixed: ReadonlySet<number>;
}

/** Changes rows of tokens in place, by what (seed, epoch, sample) say and nothing else (Wei & Zou 2019). */
export class WordAugmenter {
  readonly #facts: WordFacts;
  readonly #amounts: Augmentation;
  readonly #seed: number;

  constructor(facts: WordFacts, amounts: Augmentation, seed: number) {
    this.#facts = facts;
    this.#amounts = amounts;
    this.#seed = seed;
  }

  /** Of a text, one token is left at least. */
  apply(row: Int32Array, epoch: number, sample: number): void {
    const random = new Random(this.#seed, streams.augment + 256 * epoch, sample);
    const { pad, fixed } = this.#facts;
    const drop = this.#amounts['word-drop'] ?? 0;
    const swap = this.#amounts['word-swap'] ?? 0;
    let end = row.length;
    while (end > 0 && row[end - 1] === pad) end--;
    if (swap > 0) {
      for (let i = 0; i + 1 < end; i++) {
        if (fixed.has(row[i]) || fixed.has(row[i + 1]) || random.uniform() >= swap) continue;
        [row[i], row[i + 1]] = [row[i + 1], row[i]];
        i++;
      }
    }
    if (drop > 0) {
      const spared = this.#words(row, end);
      const one = spared.length > 0 ? spared[random.below(spared.length)] : -1;
      let kept = 0;
      for (let i = 0; i < end; i++)
        if (fixed.has(row[i]) || random.uniform() >= drop || i === one) row[kept++] = row[i];
      row.fill(pad, kept, end);
    }
  }

  #words(row: Int32Array, end: number): number[] {
    const places: number[] = [];
    for (let i = 0; i < end; i++) if (!this.#facts.fixed.has(row[i])) places.push(i);
    return places;
  }
}
