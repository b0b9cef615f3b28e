import { describe, expect, it } from 'vitest';
import { together } from '../../src-renderer/charts/together.ts';

describe('curves drawn as one', () => {
  it('are the mean, the least and the greatest at each place', () => {
    const a = { x: [0, 10, 20], y: [1, 2, 3] };
    const b = { x: [0, 10, 20], y: [3, 4, 8] };
    expect(together([a, b])).toEqual({ x: [0, 10, 20], mean: [2, 3, 5.5], low: [1, 2, 3], high: [3, 4, 8] });
  });

  it('are straight between points of their own, and absent where they do not reach', () => {
    const a = { x: [0, 10], y: [0, 10] };
    const b = { x: [5, 20], y: [1, 1] };
    const { x, mean, low, high } = together([a, b]);
    expect(x).toEqual([0, 5, 10, 20]);
    expect(mean).toEqual([0, 3, 5.5, 1]);
    expect(low).toEqual([0, 1, 1, 1]);
    expect(high).toEqual([0, 5, 10, 1]);
  });

  it('leave out what is not a number, and say so where nothing is left', () => {
    const a = { x: [0, 1], y: [NaN, 2] };
    const b = { x: [0, 1], y: [4, NaN] };
    expect(together([a, b])).toEqual({ x: [0, 1], mean: [4, 2], low: [4, 2], high: [4, 2] });
    expect(together([a]).mean).toEqual([NaN, 2]);
    expect(together([]).x).toEqual([]);
  });

  it('stay small however many places there are, ends included', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const all = together([{ x, y: x }]);
    expect(all.x.length).toBeLessThanOrEqual(4001);
    expect([all.x[0], all.x.at(-1)]).toEqual([0, 99_999]);
  });
});
