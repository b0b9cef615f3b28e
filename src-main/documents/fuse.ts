/** Damps what stands at the very top: the value of Cormack, Clarke and Büttcher. */
const damping = 60;

export interface Fused<K> {
  item: K;
  score: number;
  /** Of each ranking: its place there from 1; null where it is not in it. */
  ranks: (number | null)[];
}

/**
 * Several rankings as one: an item's score is the sum of 1 / (60 + its place) (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
 * Condorcet and individual Rank Learning Methods", SIGIR 2009), best first; of equal ones those that come first in the first ranking that tells them apart.
 */
export function fuse<K>(...rankings: readonly (readonly K[])[]): Fused<K>[] {
  const all = new Map<K, Fused<K>>();
  rankings.forEach((ranking, r) =>
    ranking.forEach((item, i) => {
      const one = all.get(item) ?? { item, score: 0, ranks: rankings.map(() => null) };
      one.ranks[r] = i + 1;
      one.score += 1 / (damping + i + 1);
      all.set(item, one);
    }),
  );
  // A stable sort: a Map keeps its order of insertion.
  return [...all.values()].sort((a, b) => b.score - a.score);
}
