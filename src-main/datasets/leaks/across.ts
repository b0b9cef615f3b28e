import type { LeakFinding, LeakPair } from '../../shared/leaks.ts';
import { shownPairs } from '../../shared/leaks.ts';
import type { Groups } from '../divide/groups.ts';

type What = Pick<LeakFinding, 'kind'> & Partial<Pick<LeakFinding, 'column' | 'pattern' | 'suggested'>>;

/** Pairs across splits as they are found, into a finding: of millions only the counts and the first ones are kept. */
export class PairTally {
  readonly #split: Uint8Array;
  readonly #labels: Int32Array | null;
  readonly #held: Uint8Array;
  readonly #samples = { validation: 0, test: 0 };
  #pairs: LeakPair[] = [];
  #conflicts = 0;
  #count = 0;

  constructor(split: Uint8Array, labels: Int32Array | null) {
    this.#split = split;
    this.#labels = labels;
    this.#held = new Uint8Array(split.length);
  }

  add(pair: LeakPair): void {
    const { other, held } = pair;
    this.#count++;
    if (this.#held[held] === 0) {
      this.#held[held] = 1;
      this.#samples[this.#split[held] === 2 ? 'test' : 'validation']++;
    }
    if (this.#labels && this.#labels[other] !== this.#labels[held]) this.#conflicts++;
    this.#pairs.push(pair);
    if (this.#pairs.length >= 4 * shownPairs) this.#pairs = this.#first();
  }

  /** Null where there was no pair. */
  finding(what: What, sets: number): LeakFinding | null {
    if (this.#count === 0) return null;
    const copies = what.kind === 'exact' || what.kind === 'near';
    return {
      column: null,
      pattern: null,
      suggested: false,
      ...what,
      samples: this.#samples,
      sets,
      conflicts: copies ? this.#conflicts : 0,
      pairs: this.#first(),
      pairCount: this.#count,
    };
  }

  #first(): LeakPair[] {
    return this.#pairs.toSorted((a, b) => b.likeness - a.likeness || a.held - b.held).slice(0, shownPairs);
  }
}

/** What groups of like samples have members in two splits: a pair for each sample that has its like in an earlier split. */
export function findAcross(
  groups: Groups,
  split: Uint8Array,
  labels: Int32Array | null,
  what: What,
): LeakFinding | null {
  // The first member of each group in train, and in validation.
  const firsts = [new Int32Array(groups.count).fill(-1), new Int32Array(groups.count).fill(-1)];
  const seen = new Uint8Array(groups.count);
  groups.ids.forEach((group, sample) => {
    if (group < 0) return;
    seen[group] |= 1 << split[sample];
    if (split[sample] < 2 && firsts[split[sample]][group] < 0) firsts[split[sample]][group] = sample;
  });
  const tally = new PairTally(split, labels);
  groups.ids.forEach((group, held) => {
    if (group < 0 || split[held] === 0) return;
    const other = firsts[0][group] >= 0 ? firsts[0][group] : split[held] === 2 ? firsts[1][group] : -1;
    if (other >= 0) tally.add({ other, held, likeness: 1 });
  });
  return tally.finding(
    what,
    seen.reduce((sum, splits) => sum + ((splits & (splits - 1)) !== 0 ? 1 : 0), 0),
  );
}

/** Joins what pairs connect (union-find): groups of samples that are alike, over others that were known already. */
export function joined(pairs: Iterable<{ other: number; held: number }>, samples: number, known?: Groups): Groups {
  const parents = new Int32Array(samples).map((_, i) => i);
  const rootOf = (sample: number): number => {
    while (parents[sample] !== sample) {
      parents[sample] = parents[parents[sample]];
      sample = parents[sample];
    }
    return sample;
  };
  const join = (a: number, b: number): void => {
    const [x, y] = [rootOf(a), rootOf(b)];
    parents[Math.max(x, y)] = Math.min(x, y);
  };
  if (known) {
    const firsts = new Int32Array(known.count).fill(-1);
    known.ids.forEach((group, sample) => {
      if (group < 0) return;
      if (firsts[group] < 0) firsts[group] = sample;
      else join(firsts[group], sample);
    });
  }
  for (const { other, held } of pairs) join(other, held);
  const numbers = new Int32Array(samples).fill(-1);
  let count = 0;
  const ids = parents.map((_, sample) => {
    const root = rootOf(sample);
    if (numbers[root] < 0) numbers[root] = count++;
    return numbers[root];
  });
  return { ids, count };
}
