import type { Interval } from '../shared/evaluation.ts';
import { Random, streams } from '../shared/random.ts';

/** Efron's bootstrap: what a statistic would have been on other samples drawn from these. */

/** 2.5 and 97.5 %. */
const tails = [0.025, 0.975] as const;
const usualResamples = 1000;
/** Draws in all: more would take longer than anybody waits. */
const mostDraws = 2e7;

/** So many resamples are drawn of `samples`: 1,000, or fewer where there are many samples (and the interval is narrow anyway). */
export const resamplesOf = (samples: number): number =>
  Math.max(200, Math.min(usualResamples, Math.floor(mostDraws / Math.max(1, samples))));

/**
 * Percentile intervals, 95 %, of several statistics of the same samples. Each is worked out from how many times every sample is drawn.
 * A statistic that is NaN for a resample is left out of its own interval. The same seed gives the same interval. `pause` is awaited now and then.
 */
export async function bootstrapIntervals<K extends string>(
  samples: number,
  statistics: (drawn: Uint16Array) => Record<K, number>,
  {
    seed = 0,
    resamples = resamplesOf(samples),
    pause,
  }: { seed?: number; resamples?: number; pause?: () => Promise<void> } = {},
): Promise<Record<K, Interval>> {
  const values = new Map<K, number[]>();
  for (let turn = 0; turn < resamples && samples > 0; turn++) {
    const drawn = draw(samples, seed, turn);
    for (const [key, value] of Object.entries(statistics(drawn)) as [K, number][]) {
      const known = values.get(key);
      if (known) known.push(value);
      else values.set(key, [value]);
    }
    if (turn % 20 === 19) await pause?.();
  }
  const found = {} as Record<K, Interval>;
  for (const [key, all] of values) {
    const sorted = Float64Array.from(all.filter((value) => !Number.isNaN(value))).sort();
    found[key] = { low: percentile(sorted, tails[0]), high: percentile(sorted, tails[1]) };
  }
  return found;
}

/** How many times each of the samples is drawn in one resample, with putting back. */
export function draw(samples: number, seed: number, turn: number): Uint16Array {
  const random = new Random(seed, streams.resample, turn);
  const drawn = new Uint16Array(samples);
  for (let i = 0; i < samples; i++) drawn[random.below(samples)]++;
  return drawn;
}

/** Linear between the two nearest, as NumPy's; NaN of none. `sorted` ascending. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
