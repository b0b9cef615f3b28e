import { describe, expect, it } from 'vitest';
import { uncertaintyOf } from '../../src-main/evaluation/uncertainty.ts';

describe('how unsure a classifier is', () => {
  it('is as worked out by hand', () => {
    const found = uncertaintyOf(Float32Array.from([0.5, 0.25, 0.25, 1, 0, 0, 1 / 3, 1 / 3, 1 / 3, 0.1, 0.2, 0.7]), 3);
    // ½·ln 2 + 2·¼·ln 4 = 1.5·ln 2, of at most ln 3.
    expect(found.entropy[0]).toBeCloseTo((1.5 * Math.LN2) / Math.log(3), 6);
    expect([...found.entropy].slice(1, 3).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0, 1]);
    expect([...found.margin].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0.75, 0, 1, 0.5]);
    expect([...found.leastConfidence].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0.5, 0, 0.666667, 0.3]);
    expect([...found.best]).toEqual([0, 0, 0, 2]);
    expect(found.confidence[3]).toBeCloseTo(0.7, 6);
  });

  it('is nothing of a single class, and of no samples', () => {
    expect(uncertaintyOf(Float32Array.from([1, 1]), 1)).toMatchObject({
      entropy: Float32Array.from([0, 0]),
      margin: Float32Array.from([0, 0]),
    });
    expect(uncertaintyOf(new Float32Array(0), 3).best).toHaveLength(0);
  });
});
