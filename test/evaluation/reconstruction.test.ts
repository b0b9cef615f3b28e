import { expect, it } from 'vitest';
import { errorFacts, reconstructionMetrics } from '../../src-main/evaluation/reconstruction.ts';

const errors = Float32Array.of(0.04, 0.01, 0.25, 0.02);

it('means and quantiles are NumPy’s', () => {
  const found = reconstructionMetrics('test', errors, true);
  expect(Object.keys(found)).toEqual([
    'test/mse',
    'test/psnr',
    'test/error_median',
    'test/error_p95',
    'test/error_max',
  ]);
  expect(found['test/mse']).toBeCloseTo(0.08, 6);
  // 10·log₁₀(1/0.08)
  expect(found['test/psnr']).toBeCloseTo(10.9691, 4);
  expect(found['test/error_median']).toBeCloseTo(0.03, 6);
  // numpy.quantile([0.01, 0.02, 0.04, 0.25], 0.95)
  expect(found['test/error_p95']).toBeCloseTo(0.2185, 6);
  expect(found['test/error_max']).toBeCloseTo(0.25, 6);
});

it('a ratio to the brightest is only told of pictures, and not where nothing is wrong', () => {
  expect(reconstructionMetrics('test', errors, false)).not.toHaveProperty('test/psnr');
  expect(reconstructionMetrics('test', Float32Array.of(0, 0), true)).not.toHaveProperty('test/psnr');
});

it('every error is in one bar, and the worst samples are told first', () => {
  const { histogram, highest } = errorFacts(errors, [7, 9, 3, 5]);
  expect(histogram.from).toBeCloseTo(0.01, 6);
  expect(histogram.from + histogram.width * histogram.counts.length).toBeCloseTo(0.25, 6);
  expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  expect([histogram.counts[0], histogram.counts[1], histogram.counts.at(-1)]).toEqual([1, 1, 1]);
  expect(highest.map(({ sample }) => sample)).toEqual([3, 7, 5, 9]);
});

it('equal errors make one bar, in the order of their samples', () => {
  const { histogram, highest } = errorFacts(
    new Float32Array(30).fill(0.5),
    Array.from({ length: 30 }, (_, i) => 29 - i),
  );
  expect(histogram.counts[0]).toBe(30);
  expect(highest.map(({ sample }) => sample)).toEqual(Array.from({ length: 24 }, (_, i) => i));
});
