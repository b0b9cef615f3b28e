import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootstrapIntervals, draw, percentile, resamplesOf } from '../../src-main/evaluation/bootstrap.ts';
import * as tails from '../../src-main/evaluation/distributions.ts';
import { sweep } from '../../src-main/evaluation/roc.ts';
import { mcnemar, pairedBootstrap } from '../../src-main/evaluation/significance.ts';
import { decideAt, decisionsOf, worthChoosing } from '../../src-main/evaluation/threshold.ts';
import { chooseThreshold, f1Of, recallOf } from '../../src-main/shared/threshold.ts';

interface Fixtures {
  distributions: Record<'beta' | 'student' | 'chiSquare' | 'coin' | 'hypergeometric' | 'wilson', number[][]>;
  percentile: { values: number[]; at: [number, number][] };
}
// Made by fixtures/evaluation/make.py.
const { distributions, percentile: quantiles } = JSON.parse(
  readFileSync(new URL('../fixtures/evaluation/scores.json', import.meta.url), 'utf8'),
) as Fixtures;

const expectClose = (got: number, wanted: number): void =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-9 * Math.max(1e-3, Math.abs(wanted)));

describe('tails agree with SciPy', () => {
  it.each(distributions.beta)('I(%d, %d, %d)', (a, b, x, wanted) => expectClose(tails.incompleteBeta(a, b, x), wanted));
  it.each(distributions.student)('Student t=%d, %d', (t, n, wanted) =>
    expectClose(tails.studentTwoSided(t, n), wanted),
  );
  it.each(distributions.chiSquare)('chi-square %d', (x, wanted) => expectClose(tails.chiSquareTail(x), wanted));
  it.each(distributions.coin)('%d of %d heads', (k, n, wanted) => expectClose(tails.fairCoinTwoSided(k, n), wanted));
  it.each(distributions.hypergeometric)('Fisher %d %d %d %d', (k, all, marked, drawn, wanted) =>
    expectClose(tails.hypergeometricTail(k, all, marked, drawn), wanted),
  );
  it.each(distributions.wilson)('Wilson %d of %d', (k, n, low, high) => {
    expectClose(tails.wilson(k, n)[0], low);
    expectClose(tails.wilson(k, n)[1], high);
  });
  it.each(quantiles.at)('quantile %d', (share, wanted) => expectClose(percentile(quantiles.values, share), wanted));
});

describe('Holm', () => {
  it('multiplies by how many are left, and never falls', () => {
    expect(tails.holm([0.01, 0.04, 0.03, 0.5])).toEqual([0.04, 0.09, 0.09, 0.5]);
    expect(tails.holm([0.6, 0.7])).toEqual([1, 1]);
    expect(tails.holm([])).toEqual([]);
  });
});

describe('threshold', () => {
  // Falling: right, right, wrong, right, wrong.
  const scores = [0.9, 0.8, 0.7, 0.6, 0.1];
  const positive = [1, 1, 0, 1, 0];
  const all = decisionsOf(sweep(scores, positive));

  it('knows every distinction, from none to all', () => {
    expect(all.map(({ tp, fp }) => [tp, fp])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 1],
      [3, 2],
    ]);
  });
  it.each([
    ['equal costs', { kind: 'cost', falsePositive: 1, falseNegative: 1 }, 0.8],
    ['a miss costs more', { kind: 'cost', falsePositive: 1, falseNegative: 5 }, 0.6],
    ['a false alarm costs all', { kind: 'cost', falsePositive: 9, falseNegative: 1 }, 0.8],
    ['misses cost nothing', { kind: 'cost', falsePositive: 1, falseNegative: 0 }, Infinity],
    ['a precision of 1', { kind: 'precision', least: 1 }, 0.8],
    ['a precision of 0.7', { kind: 'precision', least: 0.7 }, 0.6],
    ['a recall of 1', { kind: 'recall', least: 1 }, 0.6],
    ['the best F1', { kind: 'f1' }, 0.6],
  ] as const)('%s', (_, goal, wanted) => expect(chooseThreshold(all, goal)?.threshold).toBe(wanted));
  it('says when no threshold is so precise', () => {
    const hopeless = decisionsOf(sweep([0.9, 0.1], [0, 1]));
    expect(chooseThreshold(hopeless, { kind: 'precision', least: 0.9 })).toBeNull();
  });
  it('has the best of any cost and the best F1 among a few of many', () => {
    const many = Array.from({ length: 4000 }, (_, i) => 1 - i / 4000);
    const rare = many.map((score, i) => (Math.sin(i * 12.9898) + 1) / 2 < score ** 3);
    const each = decisionsOf(sweep(many, rare));
    const few = worthChoosing(each, 300);
    expect(few.length).toBeLessThanOrEqual(300);
    expect([few[0], few.at(-1)]).toEqual([each[0], each.at(-1)]);
    expect(few.every(({ threshold }, i) => i === 0 || threshold < few[i - 1].threshold)).toBe(true);
    const f1 = { kind: 'f1' } as const;
    expect(f1Of(chooseThreshold(few, f1)!)).toBe(f1Of(chooseThreshold(each, f1)!));
    for (const falseNegative of [0, 0.01, 0.3, 1, 2.5, 40]) {
      const goal = { kind: 'cost', falsePositive: 1, falseNegative } as const;
      const cost = ({ fp, fn }: { fp: number; fn: number }) => fp + falseNegative * fn;
      expect(cost(chooseThreshold(few, goal)!)).toBe(cost(chooseThreshold(each, goal)!));
    }
    const precise = { kind: 'precision', least: 0.8 } as const;
    const lost = recallOf(chooseThreshold(each, precise)!) - recallOf(chooseThreshold(few, precise)!);
    expect(lost).toBeLessThan(0.05);
    expect(worthChoosing(each, 5000)).toEqual(each);
  });
  it('decides the same on the same samples, equal scores together', () => {
    const tied = decisionsOf(sweep([0.5, 0.5, 0.2], [1, 0, 1]));
    expect(tied).toHaveLength(3);
    for (const each of [...tied, ...decisionsOf(sweep([0.5, 0.5, 0.2], [1, 0, 1]))])
      expect(decideAt(each.threshold, [0.5, 0.5, 0.2], [1, 0, 1])).toEqual(each);
  });
});

describe('bootstrap', () => {
  const values = Array.from({ length: 400 }, (_, i) => Math.sin(i * 12.9898) * 3);
  const meanOf = (drawn: ArrayLike<number>): number =>
    values.reduce((sum, value, i) => sum + value * drawn[i], 0) / values.length;
  const mean = (drawn: Uint16Array): { mean: number } => ({ mean: meanOf(drawn) });

  it('draws as many as there are, the same for the same seed and turn', () => {
    const drawn = draw(400, 7, 3);
    expect(drawn.reduce((sum, n) => sum + n, 0)).toBe(400);
    expect(draw(400, 7, 3)).toEqual(drawn);
    expect(draw(400, 8, 3)).not.toEqual(drawn);
    expect(draw(400, 7, 4)).not.toEqual(drawn);
  });
  it('gives the interval that the central limit foretells', async () => {
    const { mean: found } = await bootstrapIntervals(400, mean, { seed: 1, resamples: 2000 });
    const m = meanOf(new Uint16Array(400).fill(1));
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / 400 / 400);
    expect(found.low).toBeCloseTo(m - 1.96 * deviation, 1);
    expect(found.high).toBeCloseTo(m + 1.96 * deviation, 1);
    expect(await bootstrapIntervals(400, mean, { seed: 1, resamples: 2000 })).toEqual({ mean: found });
  });
  it('says nothing of no samples, leaves NaN out, and draws less where there is much', async () => {
    expect(await bootstrapIntervals(0, mean)).toEqual({});
    let turn = 0;
    const half = await bootstrapIntervals(5, () => ({ one: turn++ % 2 === 0 ? 1 : NaN }), { resamples: 10 });
    expect(half).toEqual({ one: { low: 1, high: 1 } });
    expect([resamplesOf(100), resamplesOf(40_000), resamplesOf(10_000_000)]).toEqual([1000, 500, 200]);
  });
});

describe('significance', () => {
  it('has McNemar by hand: 10 against 2', () => {
    const test = mcnemar(10, 2);
    // 2 · (1 + 12 + 66) / 2^12, and (|10 - 2| - 1)² / 12.
    expectClose(test.exact, (2 * 79) / 4096);
    expectClose(test.statistic, 49 / 12);
    expectClose(test.approximate, tails.chiSquareTail(49 / 12));
    expect(mcnemar(0, 0)).toMatchObject({ exact: 1, statistic: 0, approximate: 1 });
    expect(mcnemar(3, 3)).toMatchObject({ exact: 1, statistic: 0, approximate: 1 });
  });
  it('tells a real difference from none', async () => {
    const of = (difference: (i: number) => number) => (drawn: Uint16Array) =>
      drawn.reduce((sum, n, i) => sum + n * difference(i), 0) / drawn.length;
    const better = await pairedBootstrap(
      200,
      of((i) => (i % 4 === 0 ? 1 : 0)),
    );
    expect(better.difference).toBe(0.25);
    expect(better.low).toBeGreaterThan(0.15);
    expect(better.p).toBeLessThan(0.01);
    const same = await pairedBootstrap(
      200,
      of((i) => (i % 2 === 0 ? 1 : -1)),
    );
    expect(same.difference).toBe(0);
    expect(same.p).toBeGreaterThan(0.5);
    expect((await pairedBootstrap(50, () => 0)).p).toBe(1);
  });
});
