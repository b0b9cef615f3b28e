import { describe, expect, it } from 'vitest';
import * as initializers from '../../src-main/architectures/initializers.ts';
import type { Fan, Initializer } from '../../src-main/architectures/initializers.ts';
import { numbersOf } from '../../src-main/onnx/tensors.ts';

const { convFan, convTransposeFan, denseFan } = initializers;
const shape = [400, 100];
const fan = denseFan(400, 100);
const draw = (init: Initializer, of: readonly number[] = shape, by: Fan = fan, seed = 1, place = 0): number[] =>
  numbersOf(init(of, by, seed, place));

/** Mean, variance, and the fourth moment over the variance's square: 3 for normal numbers, 9/5 for uniform ones. */
function moments(values: readonly number[]): { mean: number; variance: number; kurtosis: number } {
  const average = (of: (x: number) => number): number => values.reduce((sum, x) => sum + of(x), 0) / values.length;
  const mean = average((x) => x);
  const variance = average((x) => (x - mean) ** 2);
  return { mean, variance, kurtosis: average((x) => (x - mean) ** 4) / variance ** 2 };
}

describe('scaled by the fan', () => {
  const cases: [string, Initializer, number, number][] = [
    ['glorotNormal', initializers.glorotNormal, 2 / 500, 3],
    ['glorotUniform', initializers.glorotUniform, 2 / 500, 1.8],
    ['heNormal', initializers.heNormal, 2 / 400, 3],
    ['heUniform', initializers.heUniform, 2 / 400, 1.8],
    ['lecunNormal', initializers.lecunNormal, 1 / 400, 3],
    ['lecunUniform', initializers.lecunUniform, 1 / 400, 1.8],
    ['normal', initializers.normal(0.3), 0.09, 3],
    ['embeddingNormal', initializers.embeddingNormal, 1, 3],
    ['uniform', initializers.uniform(0.3), 0.03, 1.8],
  ];
  it.each(cases)('%s has its moments', (_, init, variance, kurtosis) => {
    const found = moments(draw(init));
    // Five standard errors of 40 000 numbers.
    expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(variance / 40_000));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / 40_000));
    expect(Math.abs(found.kurtosis - kurtosis)).toBeLessThan(0.15);
  });

  it('uniform numbers stay within their bound and fill it', () => {
    const bound = Math.sqrt(6 / 500);
    const largest = Math.max(...draw(initializers.glorotUniform).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.999 * bound);
  });

  it.each(cases)('%s: seed and place decide, each by itself', (_, init) => {
    expect(draw(init)).toEqual(draw(init));
    expect(draw(init)).not.toEqual(draw(init, shape, fan, 2));
    expect(draw(init)).not.toEqual(draw(init, shape, fan, 1, 1));
    // A larger parameter begins with the same numbers.
    expect(draw(init, [4, 100])).toEqual(draw(init).slice(0, 400));
  });
});

describe('truncated normal', () => {
  it('has nothing beyond its bound, and the variance of what is left', () => {
    const values = draw(initializers.truncatedNormal(0.5));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
    // 1 − 4φ(2)/(2Φ(2) − 1)
    expect(Math.abs(moments(values).variance / (0.25 * 0.7737) - 1)).toBeLessThan(0.03);
    const narrow = draw(initializers.truncatedNormal(1, 0.5));
    expect(Math.max(...narrow.map(Math.abs))).toBeLessThanOrEqual(0.5);
  });
  it('is not cut to nothing', () => expect(() => initializers.truncatedNormal(1, 0)).toThrow(/bound=0/));
});

describe('orthogonal', () => {
  /** What the rows (or columns) have in common with each other: gain² with themselves, nothing with others. */
  function expectOrthogonal(values: number[], rows: number, columns: number, gain: number): void {
    const count = Math.min(rows, columns);
    const at = (vector: number, k: number) => values[rows <= columns ? vector * columns + k : k * columns + vector];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
        expect(Math.abs(dot - (i === j ? gain * gain : 0)), `${i}, ${j}`).toBeLessThan(2e-6 * gain * gain);
      }
    }
  }
  it.each([
    [[60, 60], 60, 60],
    [[20, 75], 20, 75],
    [[75, 20], 75, 20],
    [[8, 3, 3, 3], 8, 27],
    [[1, 1], 1, 1],
    [[5], 5, 1],
  ])('%j', (of, rows, columns) => {
    expectOrthogonal(draw(initializers.orthogonal(), of), rows, columns, 1);
    expectOrthogonal(draw(initializers.orthogonal(Math.SQRT2), of), rows, columns, Math.SQRT2);
  });
  it('prefers no direction', () => {
    const first = Array.from({ length: 2000 }, (_, seed) => draw(initializers.orthogonal(), [3, 3], fan, seed));
    for (let k = 0; k < 9; k++) {
      const { mean, variance } = moments(first.map((matrix) => matrix[k]));
      expect(Math.abs(mean)).toBeLessThan(0.07);
      expect(Math.abs(variance - 1 / 3)).toBeLessThan(0.05);
    }
  });
});

describe('constants', () => {
  it('are what they say', () => {
    expect(draw(initializers.zeros, [2])).toEqual([0, 0]);
    expect(draw(initializers.ones, [2])).toEqual([1, 1]);
    expect(draw(initializers.constant(0.25), [2])).toEqual([0.25, 0.25]);
  });
});

describe('fans', () => {
  it('of a dense layer', () => expect(denseFan(3, 4)).toEqual({ in: 3, out: 4 }));
  it('of a convolution', () => expect(convFan([16, 3, 5, 5])).toEqual({ in: 75, out: 400 }));
  it('of grouped and depthwise convolutions: what a group sees', () => {
    expect(convFan([16, 4, 3, 3], 2)).toEqual({ in: 36, out: 72 });
    expect(convFan([16, 1, 3, 3], 16)).toEqual({ in: 9, out: 9 });
  });
  it('of a transposed convolution', () => {
    expect(convTransposeFan([16, 3, 5, 5])).toEqual({ in: 400, out: 75 });
    expect(convTransposeFan([16, 4, 3], 2)).toEqual({ in: 24, out: 12 });
  });
});
