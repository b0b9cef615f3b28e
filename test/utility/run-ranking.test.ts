import { expect, it } from 'vitest';
import type { Encoder, TargetEncoder } from '../../src-main/datasets/encode/encoder.ts';
import { reportRanking } from '../../src-main/utility/work/run-ranking.ts';

const side = (column: string) => ({ column, indexed: true, values: ['a', 'b', 'c'], other: false });
const encoder = (target: TargetEncoder): Encoder => ({
  kind: 'table',
  numbers: [],
  categories: [side('user'), side('item')],
  target,
});
const rating = encoder({ task: 'regression', column: 'rating', decimalComma: false, mean: 3, std: 1 });

it('orders the samples of each one by what was predicted, and leaves out who has only what is liked, or nothing', () => {
  // Of user 1 what is liked stands second, of user 2 first; user 3 likes all; of 0 nobody knows who it is.
  const sides = [1, 1, 1, 2, 2, 3, 3, 0, 0];
  const actual = [2, 5, 1, 4, 3, 5, 4, 1, 5];
  const predicted = [4.5, 4.2, 1, 4.8, 2, 3, 3, 5, 1];
  const { metrics, report } = reportRanking(rating, sides, actual, predicted)!;
  expect(report).toEqual({ column: 'user', queries: 2, leftOut: 1, above: 3 });
  expect(metrics.map).toBeCloseTo((1 / 2 + 1) / 2, 12);
  expect(metrics.mrr).toBeCloseTo((1 / 2 + 1) / 2, 12);
  expect(metrics.ndcg_at_10).toBeCloseTo((1 / Math.log2(3) + 1) / 2, 12);
  expect(metrics.hit_rate_at_10).toBe(1);
});

it('orders by what is to be expected where classes are numbers, by the second of two where they are words', () => {
  const stars = encoder({ task: 'classification', column: 'stars', classes: ['1', '3', '5'] });
  // Sure of 3 goes before undecided between 1 and 5 only by a hair: 3 and 2.9.
  const probabilities = [0, 1, 0, 0.525, 0, 0.475];
  expect(reportRanking(stars, [1, 1], [2, 0], probabilities)).toMatchObject({
    metrics: { map: 1, mrr: 1 },
    report: { above: 3 },
  });
  expect(reportRanking(stars, [1, 1], [0, 2], probabilities)).toMatchObject({ metrics: { map: 0.5, mrr: 0.5 } });
  const words = (classes: string[]) => encoder({ task: 'classification', column: 'bought', classes });
  expect(reportRanking(words(['no', 'yes']), [1, 1], [1, 0], [0.2, 0.8, 0.6, 0.4])!.metrics.map).toBe(1);
  expect(reportRanking(words(['no', 'maybe', 'yes']), [1, 1], [1, 0], [1, 0, 0, 0, 1, 0])).toBeNull();
});

it('says nothing where nothing can be ordered', () => {
  expect(reportRanking(rating, [1, 2], [5, 1], [1, 2])).toBeNull();
  expect(reportRanking(rating, [], [], [])).toBeNull();
});
