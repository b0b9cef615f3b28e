import { describe, expect, it } from 'vitest';
import { compareProbabilities, compareValues, judge, parityFailed } from '../../src-main/export/parity.ts';

const classes = ['a', 'b', 'c'];
const own = Float32Array.of(0.7, 0.2, 0.1, 0.1, 0.45, 0.45);
const passes = (compared: { maxDifference: number; agreement: number }): boolean => judge(compared, 2, 'test').passed;

describe('parity of probabilities', () => {
  it('passes for the same answers', () => {
    const compared = compareProbabilities(own, own, ['a', 'b'], classes);
    expect(compared).toEqual({ maxDifference: 0, agreement: 1 });
    expect(passes(compared)).toBe(true);
  });
  it('takes either label of a tie', () => {
    expect(compareProbabilities(own, own, ['a', 'c'], classes).agreement).toBe(1);
  });
  it('fails for another label, known or not', () => {
    expect(compareProbabilities(own, own, ['b', 'b'], classes).agreement).toBe(0.5);
    expect(compareProbabilities(own, own, ['a', 'x'], classes).agreement).toBe(0.5);
  });
  it('fails beyond the tolerance, and for NaN', () => {
    const off = own.slice();
    off[0] += 2e-5;
    expect(passes(compareProbabilities(own, off, ['a', 'b'], classes))).toBe(false);
    off[0] = NaN;
    expect(passes(compareProbabilities(own, off, ['a', 'b'], classes))).toBe(false);
  });
});

describe('parity of values', () => {
  it('is over the standard deviation, past one step of rounding', () => {
    expect(compareValues(Float32Array.of(10), Float32Array.of(10.5), 5).maxDifference).toBeCloseTo(0.1, 6);
    // A year spread over days: neighbouring 32-bit floats are 1e-4 apart, more than the tolerance times the deviation.
    const year = Math.fround(2024.1);
    expect(passes(compareValues(Float32Array.of(year), Float32Array.of(year + 2 ** -13), 0.01))).toBe(true);
    expect(passes(compareValues(Float32Array.of(year), Float32Array.of(year + 2 ** -11), 0.01))).toBe(false);
  });
});

it('says by how much it failed', () => {
  const error = parityFailed(judge({ maxDifference: 0.25, agreement: 0.5 }, 40, 'test'));
  expect(error.code).toBe('parity_failed');
  expect(error.message).toContain(
    '40 test samples they differ by up to 2.50e-1 (allowed 0.00001) and agree on 50.00 %',
  );
});
