import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src-main/autodiff/schedules/index.ts';

describe('schedules', () => {
  it('constant', () => {
    const rate = scheduleOf({ kind: 'constant', rate: 0.1 });
    expect([rate(0), rate(1e6)]).toEqual([0.1, 0.1]);
  });
  it('step', () => {
    const rate = scheduleOf({ kind: 'step', rate: 1, every: 10, factor: 0.5 });
    expect([rate(0), rate(9), rate(10), rate(25)]).toEqual([1, 1, 0.5, 0.25]);
  });
  it('cosine with warm-up rises to the rate, halves midway, ends at the floor and stays there', () => {
    const rate = scheduleOf({ kind: 'cosine', rate: 1, steps: 110, warmup: 10, floor: 0.2 });
    expect([rate(0), rate(4), rate(9), rate(10)]).toEqual([0.1, 0.5, 1, 1]);
    expect(rate(60)).toBeCloseTo(0.6, 12);
    expect(rate(110)).toBeCloseTo(0.2, 12);
    expect(rate(500)).toBeCloseTo(0.2, 12);
  });
});
