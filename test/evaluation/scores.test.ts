import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  fitTemperature,
  reliability,
  temperatureRange,
  topLabelReliability,
  withTemperature,
} from '../../src-main/evaluation/calibration.ts';
import {
  argmaxRows,
  classificationScores,
  confusionCounts,
  logLoss,
} from '../../src-main/evaluation/classification.ts';
import { brierScore, topKAccuracy } from '../../src-main/evaluation/probability-scores.ts';
import { rankingScores, type Query } from '../../src-main/evaluation/ranking.ts';
import { histogramOf, medianAbsoluteError } from '../../src-main/evaluation/regression.ts';
import { averagePrecision, precisionRecallCurve, rocAuc, rocCurve, sweep } from '../../src-main/evaluation/roc.ts';
import { segmentationScores } from '../../src-main/evaluation/segmentation.ts';

type Averages = Record<'precision' | 'recall' | 'f1', number>;
interface Ranked {
  auc: number | null;
  ap: number;
  fpr: (number | null)[];
  tpr: (number | null)[];
  precision: number[];
  recall: number[];
  calibration: { share: number[]; mean: number[] };
}
interface Fixtures {
  classification: {
    name: string;
    classes: number;
    probabilities: number[];
    actual: number[];
    micro: Averages;
    weighted: Averages;
    kappa: number | null;
    mcc: number;
    top: number[];
    brier: number;
    perClass: Ranked[];
  }[];
  temperature: {
    name: string;
    classes: number;
    probabilities: number[];
    actual: number[];
    temperature: number;
    loss: number;
    scaled: number[];
  }[];
  ranking: { name: string; k: number | null; queries: Query[]; ndcg: number; map: number }[];
  median: { actual: number[]; predicted: number[]; median: number }[];
  segmentation: {
    name: string;
    classes: number;
    actual: number[];
    predicted: number[];
    iou: number[];
    dice: number[];
  }[];
}
// Made by fixtures/evaluation/make.py.
const fixtures = JSON.parse(
  readFileSync(new URL('../fixtures/evaluation/scores.json', import.meta.url), 'utf8'),
) as Fixtures;

const tolerance = 1e-9;
/** What is null in the fixture is not a number. */
function expectClose(got: number, wanted: number | null): void {
  if (wanted === null) expect(got).toBeNaN();
  else expect(Math.abs(got - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
}
function expectAll(got: readonly number[], wanted: readonly (number | null)[]): void {
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, i) => expectClose(value, wanted[i]));
}

describe.each(fixtures.classification)('scikit-learn: $name', ({ classes, probabilities, actual, ...wanted }) => {
  const scores = classificationScores(confusionCounts(actual, argmaxRows(probabilities, classes), classes));
  it('has the same averages, kappa and correlation', () => {
    for (const key of ['precision', 'recall', 'f1'] as const) {
      expectClose(scores.micro[key], wanted.micro[key]);
      expectClose(scores.weighted[key], wanted.weighted[key]);
    }
    expectClose(scores.kappa, wanted.kappa);
    expectClose(scores.mcc, wanted.mcc);
  });
  it('has the same top-k accuracies and Brier score', () => {
    wanted.top.forEach((value, i) => expectClose(topKAccuracy(probabilities, actual, classes, i + 1), value));
    expectClose(brierScore(probabilities, actual, classes), wanted.brier);
  });
  it.each(wanted.perClass.map((ranked, c) => ({ c, ranked })))('ranks class $c the same', ({ c, ranked }) => {
    const own = actual.map((_, i) => probabilities[i * classes + c]);
    const found = sweep(
      own,
      actual.map((value) => value === c),
    );
    expectClose(rocAuc(found), ranked.auc);
    expectClose(averagePrecision(found), ranked.ap);
    const roc = rocCurve(found);
    expectAll(roc.x, ranked.fpr);
    expectAll(roc.y, ranked.tpr);
    const curve = precisionRecallCurve(found);
    expectAll(curve.x.toReversed(), ranked.recall);
    expectAll(curve.y.toReversed(), ranked.precision);
  });
  it.each(wanted.perClass.map((ranked, c) => ({ c, ranked })))('calibrates class $c the same', ({ c, ranked }) => {
    const { bins, ece } = reliability(
      actual.map((_, i) => probabilities[i * classes + c]),
      actual.map((value) => value === c),
    );
    const filled = bins.filter(({ count }) => count > 0);
    const { share, mean } = ranked.calibration;
    expectAll(
      filled.map(({ accuracy }) => accuracy),
      share,
    );
    expectAll(
      filled.map(({ confidence }) => confidence),
      mean,
    );
    const gaps = filled.map(({ count }, i) => (count / actual.length) * Math.abs(share[i] - mean[i]));
    expectClose(
      ece,
      gaps.reduce((sum, gap) => sum + gap, 0),
    );
  });
});

describe.each(fixtures.temperature)('temperature: $name', ({ classes, probabilities, actual, ...wanted }) => {
  it('is the one that SciPy finds, and scales as it does', () => {
    const found = fitTemperature(probabilities, actual, classes)!;
    // Near a minimum the loss hardly tells: 1e-12 there is 1e-6 here.
    expect(Math.abs(found - wanted.temperature)).toBeLessThan(1e-5 * wanted.temperature);
    const scaled = withTemperature(probabilities, classes, found);
    expect(logLoss(scaled, actual, classes)).toBeLessThanOrEqual(wanted.loss + 1e-9);
    withTemperature(probabilities, classes, wanted.temperature).forEach((value, i) =>
      expectClose(value, wanted.scaled[i]),
    );
  });
});

describe('temperature, at its limits', () => {
  it('is bounded where the model is always right, or no better than its opposite', () => {
    expect(fitTemperature([0.9, 0.1, 0.2, 0.8], [0, 1], 2)).toBe(temperatureRange[0]);
    expect(fitTemperature([0.9, 0.1, 0.2, 0.8], [1, 0], 2)).toBe(temperatureRange[1]);
  });
  it('takes probabilities of 0 and samples without a label, and says when there is nothing to fit on', () => {
    expect(fitTemperature([1, 0, 0, 1, 0.5, 0.5], [0, 0, -1], 2)).toBeGreaterThan(1);
    expect(fitTemperature([0.5, 0.5], [-1], 2)).toBeNull();
    expect([...withTemperature([1, 0], 2, 1)]).toEqual([1, expect.closeTo(0, 12)]);
  });
  it('leaves samples without a label out of the reliability', () => {
    const { bins, ece } = topLabelReliability([0.9, 0.1, 0.2, 0.8, 0.6, 0.4], [0, 0, -1], 2, 10);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 0]);
    expectClose(ece, (0.1 + 0.8) / 2);
  });
});

describe.each(fixtures.ranking)('ranking: $name', ({ k, queries, ndcg, map }) => {
  it('agrees with scikit-learn', () => {
    const scores = rankingScores(queries, k ?? undefined);
    expectClose(scores.ndcg, ndcg);
    expectClose(scores.map, map);
  });
});

describe('ranking, worked by hand', () => {
  const queries: Query[] = [
    { scores: [0.9, 0.8, 0.7], relevance: [0, 1, 1] },
    { scores: [0.1, 0.2, 0.3], relevance: [1, 0, 0] },
    { scores: [1, 2], relevance: [0, 0] },
  ];
  it('counts queries without anything relevant as 0', () => {
    const scores = rankingScores(queries, 2);
    expectClose(scores.mrr, (1 / 2 + 1 / 3 + 0) / 3);
    expectClose(scores.hitRate, 1 / 3);
    expectClose(scores.map, ((1 / 2 + 2 / 3) / 2 + 1 / 3 + 0) / 3);
    expectClose(scores.ndcg, (1 / Math.log2(3) / (1 + 1 / Math.log2(3)) + 0 + 0) / 3);
    expect(scores.queries).toBe(3);
  });
});

describe.each(fixtures.segmentation)('segmentation: $name', ({ classes, actual, predicted, iou, dice }) => {
  it('agrees with scikit-learn', () => {
    const scores = segmentationScores(confusionCounts(actual, predicted, classes));
    expectAll(
      scores.perClass.map((each) => each.iou),
      iou,
    );
    expectAll(
      scores.perClass.map((each) => each.dice),
      dice,
    );
  });
});

describe('what scikit-learn has no say in', () => {
  it('leaves a class that is nowhere out of the means', () => {
    const scores = segmentationScores([
      [3, 1, 0],
      [0, 4, 0],
      [0, 0, 0],
    ]);
    expect(scores.perClass[2]).toEqual({ iou: NaN, dice: NaN });
    expectClose(scores.meanIou, (3 / 4 + 4 / 5) / 2);
    expectClose(scores.meanDice, (6 / 7 + 8 / 9) / 2);
    expectClose(scores.pixelAccuracy, 7 / 8);
  });
  it.each(fixtures.median)('has the median error', ({ actual, predicted, median }) => {
    expectClose(medianAbsoluteError([...actual, NaN], [...predicted, 5]), median);
  });
  it('counts the last edge in the last bar, and equal values in one', () => {
    expect(histogramOf([0, 1, 2, 4], 2)).toEqual({ from: 0, width: 2, counts: [2, 2] });
    expect(histogramOf([3, 3], 5)).toEqual({ from: 3, width: 0, counts: [2] });
    expect(histogramOf([], 5)).toEqual({ from: 0, width: 0, counts: [0] });
  });
  it('thins a curve to its ends and what is between', () => {
    const scores = Array.from({ length: 1000 }, (_, i) => i / 1000);
    const found = sweep(
      scores,
      scores.map((_, i) => i % 3 === 0),
    );
    const curve = precisionRecallCurve(found, 50);
    expect(curve.x.length).toBeLessThanOrEqual(51);
    expect([curve.x[0], curve.x.at(-1)]).toEqual([0, 1]);
    expect(rocCurve(found, 50).x.at(-1)).toBe(1);
  });
  it('keeps the extremes of a rare class, most of whose ranks lie behind its last sample', () => {
    const scores = Array.from({ length: 3000 }, (_, i) => 1 - i / 3000);
    const found = sweep(
      scores,
      scores.map((_, i) => (i < 90 && i % 3 !== 1) || i === 200),
    );
    const all = precisionRecallCurve(found);
    const drawn = precisionRecallCurve(found, 200);
    expect(all.x).toHaveLength(3001);
    expect(drawn.x.length).toBeLessThan(202);
    const extremes = ({ x, y }: typeof all) =>
      Array.from({ length: 50 }, (_, bin) => {
        const there = y.filter((_, i) => Math.floor(x[i] * 50) === bin);
        return [Math.min(...there), Math.max(...there)];
      });
    expect(extremes(drawn)).toEqual(extremes(all));
  });
  it('weighs samples as if each were there so many times', () => {
    const scores = [0.9, 0.4, 0.4, 0.1];
    const positive = [1, 0, 1, 0];
    const twice = sweep([...scores, 0.4, 0.4], [...positive, 1, 1]);
    const weighted = sweep(scores, positive, { weights: [1, 1, 3, 1] });
    expectClose(rocAuc(weighted), rocAuc(twice));
    expectClose(averagePrecision(weighted), averagePrecision(twice));
  });
});
