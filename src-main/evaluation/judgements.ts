import { wilson } from './distributions.ts';

/** What judgements of pairs add up to. */
export interface PairSummary {
  judged: number;
  /** Of the samples where one answer is better, the share in which it is A; null where there are none. */
  aBetter: number | null;
  /** Wilson's interval of it, 95 %. */
  interval: [number, number] | null;
}

/** `counts`: of A, B, tie, both bad. */
export function pairSummary([a, b, tie, bothBad]: readonly number[]): PairSummary {
  const decided = a + b;
  return {
    judged: decided + tie + bothBad,
    aBetter: decided === 0 ? null : a / decided,
    interval: decided === 0 ? null : wilson(a, decided),
  };
}

export interface RatingSummary {
  judged: number;
  /** Null where nothing is rated. */
  mean: number | null;
  /** Halfway between the two in the middle where they are even in number. */
  median: number | null;
  /** Of the ratings around their mean, with n - 1; null below two. */
  deviation: number | null;
}

/** `counts`: of 1, 2, 3 … */
export function ratingSummary(counts: readonly number[]): RatingSummary {
  const judged = counts.reduce((sum, n) => sum + n, 0);
  if (judged === 0) return { judged, mean: null, median: null, deviation: null };
  const mean = counts.reduce((sum, n, i) => sum + n * (i + 1), 0) / judged;
  const spread = counts.reduce((sum, n, i) => sum + n * (i + 1 - mean) ** 2, 0);
  const at = (place: number): number => {
    let seen = 0;
    return counts.findIndex((n) => (seen += n) > place) + 1;
  };
  const median = (at(Math.floor((judged - 1) / 2)) + at(Math.floor(judged / 2))) / 2;
  return { judged, mean, median, deviation: judged < 2 ? null : Math.sqrt(spread / (judged - 1)) };
}
