import { shownCurves, shownThresholds, type ClassCurves, type Decisions } from '../shared/evaluation.ts';
import { averagePrecision, byFallingScore, precisionRecallCurve, rocAuc, rocCurve, sweep } from './roc.ts';
import { decideAt, decisionsOf, worthChoosing } from './threshold.ts';

/** What a model's scores for one class against the rest are worth. */

/** Of the samples that are reported, or of those that thresholds are chosen on. */
export interface ScoredClass {
  scores: Float64Array;
  /** 1 where the sample is of the class. */
  positive: Uint8Array;
}

export interface Rank extends ScoredClass {
  auc: number;
  ap: number;
  positives: number;
  order: Int32Array;
}

/** Areas are averaged, and drawn again and again for their intervals, for at most so many classes. */
export const mostRanked = 50;
const curvePoints = 200;

export function rankOf({ scores, positive }: ScoredClass): Rank {
  const order = byFallingScore(scores);
  const found = sweep(scores, positive, { order });
  return { auc: rocAuc(found), ap: averagePrecision(found), positives: found.positives, scores, positive, order };
}

/** Means over the classes. */
export const meanRanks = (ranks: readonly Rank[]): { roc_auc: number; average_precision: number } => ({
  roc_auc: meanOf(ranks.map(({ auc }) => auc)),
  average_precision: meanOf(ranks.filter(({ positives }) => positives > 0).map(({ ap }) => ap)),
});

/** The same of a resample. Only of few classes: each resample goes through the samples once a class. */
export function drawnRanks(ranks: readonly Rank[], weights: Uint16Array): Record<string, number> {
  if (ranks.length > 10) return {};
  const sweeps = ranks.map(({ scores, positive, order }) => sweep(scores, positive, { order, weights }));
  return {
    roc_auc: meanOf(sweeps.map(rocAuc)),
    average_precision: meanOf(sweeps.filter(({ positives }) => positives > 0).map(averagePrecision)),
  };
}

/** NaN values are left out. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Of few classes all, in their order. */
export function classesShown(support: readonly number[]): number[] {
  const shown = new Set([...support.keys()].sort((a, b) => support[b] - support[a] || a - b).slice(0, shownCurves));
  return [...support.keys()].filter((c) => shown.has(c));
}

export function curvesOf({ scores, positive }: ScoredClass, validation: ScoredClass | null): Omit<ClassCurves, 'name'> {
  const found = sweep(scores, positive);
  const chosenOn: Decisions[] = validation
    ? worthChoosing(decisionsOf(sweep(validation.scores, validation.positive)), shownThresholds)
    : [];
  return {
    roc: rocCurve(found, curvePoints),
    precisionRecall: precisionRecallCurve(found, curvePoints),
    validation: chosenOn,
    here: chosenOn.map(({ threshold }) => decideAt(threshold, scores, positive)),
  };
}
