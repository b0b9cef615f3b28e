import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hypergeometricTail, wilson } from '../../src-main/evaluation/distributions.ts';
import { accuracySlices, errorSlices, sliceLeast, type SliceCandidate } from '../../src-main/evaluation/slices.ts';

// Made by fixtures/evaluation/make.py.
const { slices } = JSON.parse(readFileSync(new URL('../fixtures/evaluation/scores.json', import.meta.url), 'utf8')) as {
  slices: { name: string; errors: number[]; n: number; mean: number; low: number; high: number; p: number }[];
};

const expectClose = (got: number, wanted: number): void =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1e-3, Math.abs(wanted)));
const slice = (name: string, members: number[]): SliceCandidate => ({
  condition: { kind: 'values', column: 'c', values: [name] },
  members,
});
const upTo = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

describe.each(slices)('SciPy, Welch: $name', ({ errors, n, mean, low, high, p }) => {
  it('has the same mean, interval and p', () => {
    const [found] = errorSlices([slice('first', upTo(n))], errors);
    expectClose(found.value, mean);
    expectClose(found.interval.low, low);
    expectClose(found.interval.high, high);
    expectClose(found.p, p);
    expect(found.corrected).toBe(found.p);
  });
});

describe('slices by accuracy', () => {
  // 100 samples: of the first 20 ten are wrong, of the rest four.
  const right = upTo(100).map((i) => (i < 10 || (i >= 20 && i < 24) ? 0 : 1));

  it('has Fisher, Wilson and Holm, the most certainly worse first', () => {
    const found = accuracySlices([slice('rest', upTo(80, 20)), slice('first', upTo(20))], right);
    expect(found.map(({ condition }) => condition)).toEqual([
      slice('first', []).condition,
      slice('rest', []).condition,
    ]);
    const [first, rest] = found;
    expect([first.samples, first.value, first.rest]).toEqual([20, 0.5, 0.95]);
    expect([first.interval.low, first.interval.high]).toEqual(wilson(10, 20));
    expectClose(first.p, hypergeometricTail(10, 100, 14, 20));
    expectClose(first.corrected, 2 * first.p);
    expect(rest.p).toBeGreaterThan(0.99);
  });
  it('leaves out what is too small, or leaves too little', () => {
    expect([sliceLeast(100), sliceLeast(5_000)]).toEqual([10, 50]);
    expect(
      accuracySlices([slice('small', upTo(9)), slice('nearly all', upTo(91)), slice('all', upTo(100))], right),
    ).toEqual([]);
    expect(accuracySlices([], right)).toEqual([]);
  });
  it('is certain of equal errors without any spread', () => {
    const errors = upTo(40).map((i) => (i < 20 ? 2 : 1));
    expect(errorSlices([slice('worse', upTo(20))], errors)[0]).toMatchObject({ p: 0, value: 2, rest: 1 });
    expect(errorSlices([slice('better', upTo(20, 20))], errors)[0]).toMatchObject({ p: 1 });
  });
});
