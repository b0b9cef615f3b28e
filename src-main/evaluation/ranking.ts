import { averagePrecision, byFallingScore, sweep } from './roc.ts';

/** How well things are ordered: of each query the scores a model gave, and how relevant each thing is (0: not). */
export interface Query {
  scores: ArrayLike<number>;
  relevance: ArrayLike<number>;
}

export interface RankingScores {
  /** Mean average precision; things of equal score go together. */
  map: number;
  /** Normalised discounted cumulative gain; equal scores share the mean of their places (scikit-learn's `ndcg_score`). */
  ndcg: number;
  /** The share of queries with something relevant among the first k. */
  hitRate: number;
  /** Mean of 1 / place of the first that is relevant; 0 for a query of which none is. */
  mrr: number;
  queries: number;
}

/** `k`: only so many of each query count for NDCG and the hit rate; all, where left out. Queries without anything relevant count as 0. */
export function rankingScores(queries: readonly Query[], k = Infinity): RankingScores {
  const mean = (of: (query: Query) => number): number =>
    queries.reduce((sum, query) => sum + of(query), 0) / queries.length;
  return {
    map: mean(({ scores, relevance }) => averagePrecision(sweep(scores, relevance))),
    ndcg: mean((query) => ndcg(query, k)),
    hitRate: mean((query) => (firstRelevant(query) <= k ? 1 : 0)),
    mrr: mean((query) => 1 / firstRelevant(query)),
    queries: queries.length,
  };
}

/** From 1; Infinity where none is. Of equal scores the first counts first. */
function firstRelevant({ scores, relevance }: Query): number {
  const place = byFallingScore(scores).findIndex((i) => relevance[i] > 0);
  return place < 0 ? Infinity : place + 1;
}

/** Järvelin and Kekäläinen (2002), gains as they are, over log2(place + 1). */
function ndcg({ scores, relevance }: Query, k: number): number {
  const ideal = discounted(relevance, relevance, k);
  return ideal === 0 ? 0 : discounted(scores, relevance, k) / ideal;
}

function discounted(scores: ArrayLike<number>, relevance: ArrayLike<number>, k: number): number {
  const order = byFallingScore(scores);
  let total = 0;
  for (let from = 0; from < order.length && from < k;) {
    let to = from;
    let [gain, discount] = [0, 0];
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
      gain += relevance[order[to]];
      if (to < k) discount += 1 / Math.log2(to + 2);
    }
    total += (gain / (to - from)) * discount;
    from = to;
  }
  return total;
}
