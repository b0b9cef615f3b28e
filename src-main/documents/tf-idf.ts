import { letterRuns } from '../shared/letter-runs.ts';
import type { Comparison, Embedding } from './embedding.ts';

const buckets = 2 ** 16;
/** Weights are kept in so many parts of 1. */
const parts = 32;

/**
 * TF-IDF of runs of letters, hashed into 65,536 places (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009), as `lnc.ltc`
 * of SMART has it: what is stored of a passage is 1 + ln(tf) of each run that it has, 3 bytes a run; how rare runs are is found while a question looks
 * through the passages, and weighs the question alone (Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 6.4.3). So no
 * passage has to be encoded again when others come or go.
 */
export const tfIdf: Embedding = {
  id: 'tf-idf',
  encode(text) {
    const counts = hashed(text);
    const places = Uint16Array.from(counts.keys()).sort();
    const stored = new Uint8Array(places.length * 3);
    places.forEach((place, i) => {
      stored[2 * i] = place & 0xff;
      stored[2 * i + 1] = place >> 8;
      stored[2 * places.length + i] = Math.min(255, Math.round(parts * (1 + Math.log(counts.get(place)!))));
    });
    return stored;
  },
  compare: (question) => new Question(hashed(question)),
};

class Question implements Comparison {
  /** Of each place: which of the question's it is, counted from 1; 0 where it has none there. */
  readonly #index = new Uint16Array(buckets);
  readonly #counts: number[];
  /** Passages that have it. */
  readonly #having: Uint32Array;
  /** Of passage after passage: how many of the question's it has, which, and its weight of length 1 there. */
  readonly #found: { which: number[]; weights: number[] }[] = [];

  constructor(counts: ReadonlyMap<number, number>) {
    this.#counts = [...counts.values()];
    this.#having = new Uint32Array(this.#counts.length);
    [...counts.keys()].forEach((place, i) => (this.#index[place] = i + 1));
  }

  see(vector: Uint8Array): void {
    const size = vector.length / 3;
    const which: number[] = [];
    const weights: number[] = [];
    let squares = 0;
    for (let i = 0; i < size; i++) {
      const weight = vector[2 * size + i];
      squares += weight * weight;
      const at = this.#index[vector[2 * i] | (vector[2 * i + 1] << 8)];
      if (at === 0) continue;
      which.push(at - 1);
      weights.push(weight);
      this.#having[at - 1]++;
    }
    const length = Math.sqrt(squares);
    this.#found.push({ which, weights: weights.map((weight) => weight / length) });
  }

  scores(): Float64Array {
    const all = this.#found.length;
    const asked = this.#counts.map((count, i) => (1 + Math.log(count)) * rarity(this.#having[i], all));
    const length = Math.hypot(...asked);
    return Float64Array.from(this.#found, ({ which, weights }) => {
      let product = 0;
      for (let i = 0; i < which.length; i++) product += asked[which[i]] * weights[i];
      // Rounding may lead past 1.
      return length === 0 ? 0 : Math.min(1, product / length);
    });
  }
}

/** As BM25 has it: never 0, so that a few passages are told apart as well. */
const rarity = (having: number, all: number): number => Math.log(1 + (all - having + 0.5) / (having + 0.5));

/** How often a text has what falls into each place. */
function hashed(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  for (const [run, count] of letterRuns(text)) {
    const place = placeOf(run);
    counts.set(place, (counts.get(place) ?? 0) + count);
  }
  return counts;
}

/** FNV-1a of its UTF-16 units, the halves of 32 bits folded into one. */
function placeOf(run: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < run.length; i++) {
    hash = Math.imul(hash ^ run.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & 0xffff;
}
