import { expect, it } from 'vitest';
import { pairSummary, ratingSummary } from '../../src-main/evaluation/judgements.ts';

it('pairs: how often A is better where one is, with its interval', () => {
  const { judged, aBetter, interval } = pairSummary([8, 2, 3, 1]);
  expect([judged, aBetter]).toEqual([14, 0.8]);
  // statsmodels: proportion_confint(8, 10, method='wilson')
  expect(interval![0]).toBeCloseTo(0.490162, 5);
  expect(interval![1]).toBeCloseTo(0.943318, 5);
  expect(pairSummary([0, 0, 2, 1])).toEqual({ judged: 3, aBetter: null, interval: null });
});

it('ratings: mean, median and deviation', () => {
  // numpy of [1, 2, 2, 5]: mean 2.5, median 2, std(ddof=1) 1.7320508
  const found = ratingSummary([1, 2, 0, 0, 1]);
  expect(found).toMatchObject({ judged: 4, mean: 2.5, median: 2 });
  expect(found.deviation).toBeCloseTo(Math.sqrt(3), 12);
  expect(ratingSummary([1, 0, 0, 1, 0]).median).toBe(2.5);
  expect(ratingSummary([0, 0, 1, 0, 0])).toEqual({ judged: 1, mean: 3, median: 3, deviation: null });
  expect(ratingSummary([0, 0, 0, 0, 0])).toEqual({ judged: 0, mean: null, median: null, deviation: null });
});
