import { describe, expect, it } from 'vitest';
import { agreed, kernelOf, ridgeWeights } from '../../src-main/few-shot/kernel-ridge.ts';
import type { Said } from '../../src-main/few-shot/spread.ts';

/** Samples at angles of a circle, and their cosines to some of them. */
const angles = [0, 0.3, 1.5, 1.7, 0.9];
const cosines = (to: number[]): Float32Array =>
  Float32Array.from(angles.flatMap((one) => to.map((other) => Math.cos(one - angles[other]))));
/** Samples × 2 classes. */
function scored(cosines: Float32Array, columnOf: Map<number, number>, said: Said): number[] {
  const kernel = kernelOf(cosines);
  const weights = ridgeWeights(kernel, columnOf, said, 2);
  const width = columnOf.size;
  return Array.from({ length: 2 * angles.length }, (_, at) => {
    const row = kernel.subarray((at >> 1) * width, ((at >> 1) + 1) * width);
    return row.reduce((sum, value, column) => sum + value * weights[2 * column + (at % 2)], 0);
  });
}
const kernel = (i: number, j: number): number => Math.exp(2 * Math.cos(angles[i] - angles[j]) - 2);

describe('labels that speak by themselves', () => {
  it('say what solves (K + λ) a = y − 1 / classes', () => {
    const found = scored(
      cosines([0, 2]),
      new Map([
        [0, 0],
        [2, 1],
      ]),
      { samples: [0, 2], classes: [0, 1] },
    );
    // Of two labels by hand: the inverse of [[d, k], [k, d]] by ±½.
    const [d, k] = [1.05, kernel(0, 2)];
    const weight = 0.5 / (d - k);
    angles.forEach((_, i) => {
      const lead = weight * (kernel(i, 0) - kernel(i, 2));
      expect(found[2 * i]).toBeCloseTo(lead, 5);
      expect(found[2 * i + 1]).toBeCloseTo(-lead, 5);
    });
  });

  it('are heard as far as there is a column of them, wherever it is', () => {
    const classes = [1, 0, 1];
    const all = new Map([0, 2, 3].map((place, column) => [place, column]));
    const some = scored(cosines([0, 2, 3]), all, { samples: [3, 0], classes: [1, 0] });
    const few = new Map([3, 0].map((place, column) => [place, column]));
    const left = scored(cosines([3, 0]), few, { samples: [2, 0, 3], classes });
    some.forEach((score, at) => expect(left[at]).toBeCloseTo(score, 5));
  });

  it('agree with neighbours: neither decides alone', () => {
    const shares = Float32Array.from([0.81, 0.16, 0.03, 0.5, 0.5, 0]);
    const same = agreed(shares, new Float32Array(6).fill(0.3), 3);
    const roots = [0.9, 0.4, Math.sqrt(0.03)];
    const sum = roots.reduce((all, root) => all + root, 0);
    roots.forEach((root, c) => expect(same[c]).toBeCloseTo(root / sum, 5));
    const turned = agreed(shares, Float32Array.from([0, 0.4, 0, 0, 0.2, 9]), 3);
    expect(turned[1]).toBeGreaterThan(turned[0]);
    expect(turned[5]).toBe(0);
    expect(turned[3] + turned[4]).toBeCloseTo(1, 5);
  });
});
