import { AtelierError } from '../shared/errors.ts';
import type { Parity } from '../shared/run.ts';

/** Both sides compute the same in 32-bit floats, in another order: what is larger than this is a mistake, not rounding. */
export const parityTolerance = 1e-5;

export interface Compared {
  maxDifference: number;
  agreement: number;
}

/**
 * Probabilities, row-major, of the run and of the exported file, and the labels that the file says. A sample whose two likeliest classes
 * are closer than the tolerance has no better one: either label agrees.
 */
export function compareProbabilities(
  own: Float32Array,
  exported: Float32Array,
  labels: readonly string[],
  classes: readonly string[],
): Compared {
  const width = classes.length;
  let maxDifference = 0;
  for (let i = 0; i < own.length; i++) maxDifference = largest(maxDifference, Math.abs(own[i] - exported[i]));
  const index = new Map(classes.map((name, i) => [name, i]));
  let agreeing = 0;
  for (let row = 0; row < labels.length; row++) {
    const said = index.get(labels[row]);
    const probabilities = own.subarray(row * width, (row + 1) * width);
    if (said !== undefined && probabilities[said] >= Math.max(...probabilities) - parityTolerance) agreeing++;
  }
  return { maxDifference, agreement: labels.length === 0 ? 1 : agreeing / labels.length };
}

/** Probabilities of yes or no, and whether they lie on the same side of `threshold`: one that is as near to it as the tolerance has none. */
export function compareDecisions(own: Float32Array, exported: Float32Array, threshold: number): Compared {
  let maxDifference = 0;
  let agreeing = 0;
  own.forEach((probability, i) => {
    maxDifference = largest(maxDifference, Math.abs(probability - exported[i]));
    const near = Math.abs(probability - threshold) <= parityTolerance;
    if (near || probability >= threshold === exported[i] >= threshold) agreeing++;
  });
  return { maxDifference, agreement: own.length === 0 ? 1 : agreeing / own.length };
}

/** Values in the target's own unit; differences are over its standard deviation, and one step of 32-bit rounding is none. */
export function compareValues(own: Float32Array, exported: Float32Array, std: number): Compared {
  return tally(own.length, (i) => {
    const rounding = Math.abs(own[i]) * 2 ** -23;
    const difference = Math.abs(own[i] - exported[i]);
    return difference <= rounding ? 0 : difference / std;
  });
}

/** Values of any size; differences are over what they are differences of, or over 1 where that is more. NaN is like NaN. */
export function compareUnbounded(own: Float32Array, exported: Float32Array): Compared {
  return tally(own.length, (i) => {
    if (Number.isNaN(own[i]) && Number.isNaN(exported[i])) return 0;
    return Math.abs(own[i] - exported[i]) / Math.max(1, Math.abs(own[i]));
  });
}

/** Brightness 0 … 255, whole in the file: differences past the rounding, over 255. */
export function comparePixels(own: Float32Array, exported: Float32Array): Compared {
  return tally(own.length, (i) => {
    const past = Math.abs(own[i] - exported[i]) - 0.5;
    return past <= 0 ? 0 : past / 255;
  });
}

/** Of several things said of the same samples. */
export const together = (all: readonly Compared[]): Compared => ({
  maxDifference: all.reduce((most, { maxDifference }) => largest(most, maxDifference), 0),
  agreement: all.reduce((least, { agreement }) => Math.min(least, agreement), 1),
});

function tally(count: number, difference: (i: number) => number): Compared {
  let maxDifference = 0;
  let agreeing = 0;
  for (let i = 0; i < count; i++) {
    const found = difference(i);
    maxDifference = largest(maxDifference, found);
    if (found <= parityTolerance) agreeing++;
  }
  return { maxDifference, agreement: count === 0 ? 1 : agreeing / count };
}

/** Like Math.max, but a NaN counts as infinitely far off. */
const largest = (a: number, b: number): number => (b <= a ? a : Number.isNaN(b) ? Infinity : b);

export function judge(compared: Compared, samples: number, split: Parity['split']): Parity {
  const passed = compared.maxDifference <= parityTolerance && compared.agreement === 1;
  return { ...compared, samples, split, tolerance: parityTolerance, passed };
}

export function parityFailed(parity: Parity): AtelierError {
  return new AtelierError(
    'parity_failed',
    `The exported file does not give the run's own predictions, so it was not kept: on ${parity.samples} ${parity.split ?? 'generated'} samples they differ by up to ${parity.maxDifference.toExponential(2)} (allowed ${parity.tolerance}) and agree on ${(parity.agreement * 100).toFixed(2)} %. This is a fault in Atelier: please report it with the run's settings.`,
  );
}
