import { test, train, validation } from '../splits.ts';

/**
 * The oldest samples are for training, the newest for testing. Samples of one time are never parted: a boundary lies between two times,
 * as near to the wanted number as they allow. NaN (no time) goes to train. `begins`: the first times of validation and test, null where they are empty.
 */
export function divideByTime(
  times: Float64Array,
  fractions: { validation: number; test: number },
): { split: Uint8Array; begins: { validation: number | null; test: number | null } } {
  const sorted = times.filter((time) => !Number.isNaN(time)).sort();
  const first = boundary(sorted, 1 - fractions.validation - fractions.test);
  const second = Math.max(first, boundary(sorted, 1 - fractions.test));
  const validationAt = sorted[first] ?? Infinity;
  const testAt = sorted[second] ?? Infinity;
  const split = new Uint8Array(times.length);
  for (let i = 0; i < times.length; i++) {
    split[i] = times[i] >= testAt ? test : times[i] >= validationAt ? validation : train;
  }
  const begins = {
    validation: second > first ? validationAt : null,
    test: second < sorted.length ? testAt : null,
  };
  return { split, begins };
}

/** How many come before the boundary between two different times that is nearest to this share of all. */
function boundary(sorted: Float64Array, share: number): number {
  const wanted = Math.min(sorted.length, Math.round(sorted.length * share));
  if (wanted === 0 || wanted === sorted.length) return wanted;
  const before = lowerBound(sorted, sorted[wanted]);
  if (before === wanted) return wanted;
  const after = upperBound(sorted, sorted[wanted]);
  // A boundary before all others would leave nothing to train on.
  return before > 0 && wanted - before <= after - wanted ? before : after;
}

function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
