import { describe, expect, it } from 'vitest';
import { added, exceedsMemory, rangeOf, scaled, wholeRun, type Forecast } from '../../src-main/shared/forecast.ts';

const forecast: Forecast = {
  device: 'cpu',
  threads: 2,
  parameters: 10,
  samples: 90,
  secondsPerEpoch: { expected: 2, low: 1.8, high: 2.5 },
  secondsToBegin: 3,
  peakMemory: { expected: 2e9, low: 1e9, high: 4e9 },
  ownMemory: 1e8,
  freeMemory: 3e9,
};

describe('what a run takes', () => {
  it('is, of all epochs, what comes before them and each of them', () => {
    expect(wholeRun(forecast, 10)).toEqual({ expected: 23, low: 21, high: 28 });
    expect(wholeRun({ ...forecast, secondsPerEpoch: null }, 10)).toBeNull();
  });
  it('exceeds memory where more is expected than is free', () => {
    expect(exceedsMemory(forecast)).toBe(false);
    expect(exceedsMemory({ ...forecast, freeMemory: 1.9e9 })).toBe(true);
  });
  it('adds up and scales with its uncertainty', () => {
    const range = { expected: 2, low: 1, high: 4 };
    expect(added(scaled(range, 10), range)).toEqual({ expected: 22, low: 11, high: 44 });
  });
});

describe('what was measured', () => {
  it('is told by its mean, a tenth to each side at least', () => {
    const { expected, low, high } = rangeOf([2, 2, 2]);
    expect([expected, low, high].map((value) => value.toFixed(6))).toEqual(['2.000000', '1.800000', '2.200000']);
  });
  it('is told the less exactly the more it differs, and the more exactly the more there is', () => {
    const width = (values: number[]): number => rangeOf(values).high - rangeOf(values).low;
    const noisy = [1, 3, 1, 3];
    expect(width(noisy)).toBeGreaterThan(width([1.9, 2.1, 1.9, 2.1]));
    expect(width(Array.from({ length: 100 }, (_, i) => noisy[i % 4]))).toBeLessThan(width(noisy));
    expect(rangeOf([0.001, 10]).low).toBeGreaterThan(0);
    expect(rangeOf([5])).toMatchObject({ expected: 5 });
  });
});
