import type { Slice } from '../shared/evaluation.ts';
import type { Condition } from '../shared/filter.ts';
import { holm, hypergeometricTail, studentQuantile, studentTwoSided, wilson } from './distributions.ts';

/** Some of the samples, by their places in the list that is judged. */
export interface SliceCandidate {
  condition: Condition;
  members: ArrayLike<number>;
}

/** A slice has this many samples, or a hundredth of all. */
export const sliceLeast = (samples: number): number => Math.max(10, Math.ceil(samples / 100));

/**
 * How a model does on each slice against the rest, the most certainly worse first; slices with fewer than `sliceLeast` samples, and those that
 * leave fewer for the rest, are left out. `right`: of each sample whether it was.
 */
export function accuracySlices(candidates: readonly SliceCandidate[], right: ArrayLike<number>): Slice[] {
  const all = right.length;
  let wrong = 0;
  for (let i = 0; i < all; i++) if (!right[i]) wrong++;
  return ranked(candidates, all, ({ condition, members }) => {
    const n = members.length;
    let missed = 0;
    for (let i = 0; i < n; i++) if (!right[members[i]]) missed++;
    const [low, high] = wilson(n - missed, n);
    return {
      condition,
      samples: n,
      value: 1 - missed / n,
      interval: { low, high },
      rest: 1 - (wrong - missed) / (all - n),
      p: hypergeometricTail(missed, all, wrong, n),
    };
  });
}

/** The same by errors of any size: Welch's t-test, and Student's interval of the mean. */
export function errorSlices(candidates: readonly SliceCandidate[], errors: ArrayLike<number>): Slice[] {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < errors.length; i++) {
    sum += errors[i];
    squares += errors[i] ** 2;
  }
  return ranked(candidates, errors.length, ({ condition, members }) => {
    const n = members.length;
    let [own, ownSquares] = [0, 0];
    for (let i = 0; i < n; i++) {
      own += errors[members[i]];
      ownSquares += errors[members[i]] ** 2;
    }
    const here = moments(n, own, ownSquares);
    const rest = moments(errors.length - n, sum - own, squares - ownSquares);
    const reach = studentQuantile(n - 1) * Math.sqrt(here.ofMean);
    return {
      condition,
      samples: n,
      value: here.mean,
      interval: { low: here.mean - reach, high: here.mean + reach },
      rest: rest.mean,
      p: welch(here, rest),
    };
  });
}

interface Moments {
  n: number;
  mean: number;
  /** The variance of the mean. */
  ofMean: number;
}

function moments(n: number, sum: number, squares: number): Moments {
  const mean = sum / n;
  return { n, mean, ofMean: Math.max(0, squares / n - mean ** 2) / (n - 1) };
}

/** One-sided: that the first mean is the greater one. */
function welch(first: Moments, second: Moments): number {
  const spread = first.ofMean + second.ofMean;
  const gap = first.mean - second.mean;
  if (spread === 0) return gap > 0 ? 0 : 1;
  const degrees = spread ** 2 / (first.ofMean ** 2 / (first.n - 1) + second.ofMean ** 2 / (second.n - 1));
  const both = studentTwoSided(gap / Math.sqrt(spread), degrees);
  return gap > 0 ? both / 2 : 1 - both / 2;
}

function ranked(
  candidates: readonly SliceCandidate[],
  all: number,
  judge: (candidate: SliceCandidate) => Omit<Slice, 'corrected'>,
): Slice[] {
  const least = sliceLeast(all);
  const judged = candidates
    .filter(({ members }) => members.length >= least && all - members.length >= least)
    .map((candidate) => judge(candidate));
  const corrected = holm(judged.map(({ p }) => p));
  return judged
    .map((slice, i) => ({ ...slice, corrected: corrected[i] }))
    .sort((a, b) => a.p - b.p || b.samples - a.samples);
}
