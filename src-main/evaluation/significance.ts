import type { Interval } from '../shared/evaluation.ts';
import { bootstrapIntervals, resamplesOf } from './bootstrap.ts';
import { chiSquareTail, fairCoinTwoSided } from './distributions.ts';

/** Whether two models that were shown the same samples differ by more than luck. */

export interface McNemar {
  /** Samples that only the first, and that only the second has right. */
  onlyFirst: number;
  onlySecond: number;
  /** Two-sided, of the exact binomial test; … */
  exact: number;
  /** … and by chi-square with Edwards' correction for continuity: good where both counts together are 25 or more. */
  statistic: number;
  approximate: number;
}

/** McNemar's test (1947). Without a sample that only one has right there is nothing to tell: both p are 1. */
export function mcnemar(onlyFirst: number, onlySecond: number): McNemar {
  const both = onlyFirst + onlySecond;
  const statistic = both === 0 ? 0 : Math.max(0, Math.abs(onlyFirst - onlySecond) - 1) ** 2 / both;
  return {
    onlyFirst,
    onlySecond,
    exact: fairCoinTwoSided(onlyFirst, both),
    statistic,
    approximate: chiSquareTail(statistic),
  };
}

export interface PairedDifference extends Interval {
  /** The first model's less the second's, on the samples as they are. */
  difference: number;
  /** Two-sided: twice the share of resamples in which the sign is the other one (or there is none), with one added to both. */
  p: number;
}

/**
 * Paired bootstrap of a difference: both models on the same resample (Efron and Tibshirani 1993; Koehn 2004). `statistic` gives the
 * difference from how many times every sample is drawn.
 */
export async function pairedBootstrap(
  samples: number,
  statistic: (drawn: Uint16Array) => number,
  {
    seed = 0,
    resamples = resamplesOf(samples),
    pause,
  }: { seed?: number; resamples?: number; pause?: () => Promise<void> } = {},
): Promise<PairedDifference> {
  const difference = statistic(new Uint16Array(samples).fill(1));
  let [above, below] = [0, 0];
  const { value } = await bootstrapIntervals(
    samples,
    (drawn) => {
      const found = statistic(drawn);
      if (found >= 0) above++;
      if (found <= 0) below++;
      return { value: found };
    },
    { seed, resamples, pause },
  );
  return { difference, ...value, p: Math.min(1, (2 * (Math.min(above, below) + 1)) / (resamples + 1)) };
}
