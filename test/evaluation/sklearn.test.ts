import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  argmaxRows,
  classificationScores,
  confusionCounts,
  logLoss,
} from '../../src-main/evaluation/classification.ts';
import { classificationMetrics, regressionMetrics } from '../../src-main/evaluation/metrics.ts';
import { regressionScores } from '../../src-main/evaluation/regression.ts';

interface ClassificationCase {
  name: string;
  classes: number;
  probabilities: number[];
  actual: number[];
  predicted: number[];
  confusion: number[][];
  accuracy: number;
  balanced_accuracy: number;
  precision: number[];
  recall: number[];
  f1: number[];
  support: number[];
  macro: { precision: number; recall: number; f1: number };
  log_loss: number;
}
interface RegressionCase {
  name: string;
  actual: number[];
  predicted: number[];
  mse: number;
  rmse: number;
  mae: number;
  r2: number;
}

// Made by fixtures/sklearn/make.py.
const fixtures = JSON.parse(readFileSync(new URL('../fixtures/sklearn/metrics.json', import.meta.url), 'utf8')) as {
  classification: ClassificationCase[];
  regression: RegressionCase[];
};

/** Both sides compute in float64: only the order of summation differs. */
const tolerance = 1e-12;
const expectClose = (got: number, wanted: number): void =>
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));

describe.each(fixtures.classification)('scikit-learn, classification: $name', (fixture) => {
  const predicted = argmaxRows(fixture.probabilities, fixture.classes);
  const counts = confusionCounts(fixture.actual, predicted, fixture.classes);
  const scores = classificationScores(counts);

  it('predicts and counts the same', () => {
    expect([...predicted]).toEqual(fixture.predicted);
    expect(counts).toEqual(fixture.confusion);
  });
  it('has the same averages', () => {
    expectClose(scores.accuracy, fixture.accuracy);
    expectClose(scores.balancedAccuracy, fixture.balanced_accuracy);
    for (const key of ['precision', 'recall', 'f1'] as const) expectClose(scores.macro[key], fixture.macro[key]);
    expectClose(logLoss(fixture.probabilities, fixture.actual, fixture.classes), fixture.log_loss);
  });
  it('has the same scores per class', () => {
    scores.perClass.forEach((scores, c) => {
      for (const key of ['precision', 'recall', 'f1', 'support'] as const) expectClose(scores[key], fixture[key][c]);
    });
  });
});

describe.each(fixtures.regression)('scikit-learn, regression: $name', (fixture) => {
  it('has the same scores', () => {
    const scores = regressionScores(fixture.actual, fixture.predicted);
    for (const key of ['mse', 'rmse', 'mae', 'r2'] as const) expectClose(scores[key], fixture[key]);
  });
});

describe('what scikit-learn has no say in', () => {
  it('skips samples without a label', () => {
    expect(confusionCounts([0, -1, 1], [0, 1, 0], 2)).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expectClose(logLoss([0.5, 0.5, 0.9, 0.1], [0, -1], 2), Math.log(2));
    expectClose(regressionScores([1, NaN, 3], [1, 100, 3]).mse, 0);
  });
  it('gives NaN, not a number that looks like a score, where there is nothing to score', () => {
    expect(logLoss([], [], 3)).toBeNaN();
    expect(regressionScores([], []).mse).toBeNaN();
    expect(regressionScores([1], [1]).r2).toBeNaN();
  });
  it('keys metrics by split', () => {
    const { metrics } = classificationMetrics('test', [0.9, 0.1, 0.2, 0.8], [0, 1], 2);
    expect(metrics['test/accuracy']).toBe(1);
    expect(Object.keys(regressionMetrics('validation', [1, 2], [1, 2]))).toEqual([
      'validation/mse',
      'validation/rmse',
      'validation/mae',
      'validation/r2',
    ]);
  });
});
