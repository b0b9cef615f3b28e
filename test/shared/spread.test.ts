import { describe, expect, it } from 'vitest';
import { metricSpreads, spreadOf } from '../../src-main/shared/spread.ts';

describe('a metric over several runs', () => {
  it('has the mean and the deviation of a sample', () => {
    // numpy: mean and std(ddof = 1) of [0.9, 0.95, 0.85, 1.0].
    const { mean, std, runs } = spreadOf([0.9, 0.95, 0.85, 1]);
    expect(mean).toBeCloseTo(0.925, 14);
    expect(std).toBeCloseTo(0.06454972243679027, 14);
    expect(runs).toBe(4);
    expect(spreadOf([3])).toEqual({ mean: 3, std: 0, runs: 1 });
  });

  it('is told where all of them have it', () => {
    const runs: { metrics: Record<string, number> }[] = [{ metrics: { a: 1, b: 2 } }, { metrics: { a: 3 } }];
    expect(metricSpreads(runs)).toEqual({ a: { mean: 2, std: Math.SQRT2, runs: 2 } });
    expect(metricSpreads([])).toEqual({});
  });
});
