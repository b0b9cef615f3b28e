import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareMultiLabel } from '../../src-main/evaluation/comparison.ts';
import { multiLabelCounts, multiLabelMetrics, multiLabelScores } from '../../src-main/evaluation/multi-label.ts';
import { reportMultiLabel } from '../../src-main/evaluation/multi-label-report.ts';
import { decisionUncertaintyOf } from '../../src-main/evaluation/uncertainty.ts';
import type { Averages } from '../../src-main/shared/evaluation.ts';
import { resolvedPositiveWeights } from '../../src-main/shared/learning.ts';

/** Made by make-multi-label.py with scikit-learn. */
interface Case {
  actual: number[][];
  probabilities: number[][];
  subset_accuracy: number;
  hamming_loss: number;
  per_class: (Averages & { support: number })[];
  macro: Averages;
  micro: Averages;
  weighted: Averages;
  average_precision: number;
  roc_auc: number;
}
const { cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/evaluation/multi-label.json'), 'utf8'),
) as { cases: Case[] };

describe('scores of any number of classes a sample', () => {
  it.each(cases.map((one, i) => [i, one] as const))('are what scikit-learn says (%i)', async (_, one) => {
    const [actual, probabilities, width] = [one.actual.flat(), one.probabilities.flat(), one.actual[0].length];
    const scores = multiLabelScores(multiLabelCounts(probabilities, actual, width));
    expect(scores.subsetAccuracy).toBeCloseTo(one.subset_accuracy, 12);
    expect(scores.accuracy).toBeCloseTo(1 - one.hamming_loss, 12);
    const near = (mine: Averages, theirs: Averages) => {
      for (const key of ['precision', 'recall', 'f1'] as const) expect(mine[key]).toBeCloseTo(theirs[key], 12);
    };
    scores.perClass.forEach((each, c) => {
      near(each, one.per_class[c]);
      expect(each.support).toBe(one.per_class[c].support);
    });
    for (const average of ['macro', 'micro', 'weighted'] as const) near(scores[average], one[average]);
    const metrics = multiLabelMetrics('test', probabilities, actual, width);
    expect(metrics['test/average_precision']).toBeCloseTo(one.average_precision, 9);
    const samples = Array.from(one.actual, (__, i) => i);
    const report = await reportMultiLabel(
      ['a', 'b', 'c', 'd'].slice(0, width),
      { samples, actual, probabilities },
      null,
    );
    expect(report.metrics.roc_auc).toBeCloseTo(one.roc_auc, 9);
    expect(report.metrics.average_precision).toBeCloseTo(one.average_precision, 9);
    const { low, high } = report.intervals.subset_accuracy;
    expect(low).toBeLessThanOrEqual(one.subset_accuracy);
    expect(high).toBeGreaterThanOrEqual(one.subset_accuracy);
    expect(report.detail.curves).toHaveLength(width);
  });

  it('count a class that nobody has as 0, and leave it out of the mean precision', () => {
    const metrics = multiLabelMetrics('test', [0.9, 0.1, 0.2, 0.3], [1, 0, 0, 0], 2);
    expect(metrics).toMatchObject({ 'test/f1': 0.5, 'test/subset_accuracy': 1, 'test/average_precision': 1 });
    expect(multiLabelMetrics('test', [0.1], [0], 1)).not.toHaveProperty('test/average_precision');
  });
});

it('the least sure decision tells how sure a model is of a sample', () => {
  const found = decisionUncertaintyOf(Float32Array.from([0.75, 0.125, 0.5, 0.5]), 2, 0.5);
  expect(found.chosen).toEqual([[0], [0, 1]]);
  expect([...found.confidence]).toEqual([0.75, 0.5]);
  expect([...found.margin]).toEqual([0.5, 1]);
  expect(found.entropy[1]).toBe(1);
});

it('what is of a class counts as much as what is not where weights balance', () => {
  const targets = [1, 0, 1, 0, 1, 0, 1, 1, 0, 0];
  // Of five samples four and one have them; 0 of none.
  expect(resolvedPositiveWeights('balanced', ['a', 'b'], targets)).toEqual([1 / 4, 4]);
  expect(resolvedPositiveWeights('balanced', ['a'], [0, 0])).toEqual([1]);
  expect(resolvedPositiveWeights({ b: 3 }, ['a', 'b'], targets)).toEqual([1, 3]);
});

describe('a comparison of two that keep several classes a sample', () => {
  it('tells whose sets are right, and differences as scikit-learn has them', async () => {
    const one = cases[0];
    const classes = one.actual[0].map((_, c) => `c${c}`);
    const samples = one.actual.map((_, i) => 10 * i);
    const [actual, probabilities] = [one.actual.flat(), one.probabilities.flat()];
    // The second is always right.
    const { cells, differences, listed, mcnemar } = await compareMultiLabel(
      classes,
      samples,
      actual,
      probabilities,
      actual,
    );
    const wrong = Math.round((1 - one.subset_accuracy) * samples.length);
    expect(wrong).toBeGreaterThan(0);
    expect([cells.both.count, cells.onlySecond.count]).toEqual([samples.length - wrong, wrong]);
    expect([cells.onlyFirst.count, cells.neither.count]).toEqual([0, 0]);
    expect(differences.subset_accuracy).toMatchObject({ second: 1 });
    expect(differences.subset_accuracy.first).toBeCloseTo(one.subset_accuracy, 12);
    expect(differences.accuracy.first).toBeCloseTo(1 - one.hamming_loss, 12);
    expect(differences.f1.first).toBeCloseTo(one.macro.f1, 12);
    expect(mcnemar!.exact).toBeLessThanOrEqual(1);
    const [worst] = listed.onlySecond;
    const i = worst.sample / 10;
    expect(worst.actual).toBe(worst.second);
    expect(worst.actual).toBe(classes.filter((_, c) => one.actual[i][c] === 1).join(', ') || '∅');
    expect(worst.first).not.toBe(worst.actual);
    expect(worst.secondScore).toBe(1);
    const back = await compareMultiLabel(classes, samples, actual, actual, probabilities);
    expect(back.differences.f1.difference).toBeCloseTo(-differences.f1.difference, 12);
  });
});
