import type { Averages } from '../shared/evaluation.ts';
import { decisionAt } from '../shared/threshold.ts';
import type { ClassScores } from './classification.ts';
import { averagePrecision, sweep } from './roc.ts';

/**
 * Metrics of a model that decides for each class by itself. Definitions and corner cases are scikit-learn's for multi-label indicators
 * (`zero_division=0`): macro averages are over all classes, and 0 / 0 counts as 0.
 */

/** What comes of deciding at `decisionAt`, for each class. */
export interface MultiLabelCounts {
  tp: Float64Array;
  fp: Float64Array;
  fn: Float64Array;
  samples: number;
  /** Samples all of whose decisions are right. */
  exact: number;
}

export interface MultiLabelScores {
  /** The share of samples all of whose decisions are right; scikit-learn's `accuracy_score`. */
  subsetAccuracy: number;
  /** The share of decisions that are right: 1 less the Hamming loss. */
  accuracy: number;
  perClass: ClassScores[];
  macro: Averages;
  /** Of all decisions together. */
  micro: Averages;
  /** Each class counts by how many samples have it. */
  weighted: Averages;
}

/** `probabilities` and `actual` (0 or 1) are samples × classes, row-major. `drawn`: how many times each sample counts; once, where left out. */
export function multiLabelCounts(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
  drawn?: ArrayLike<number>,
): MultiLabelCounts {
  const [tp, fp, fn] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)];
  const rows = actual.length / classes;
  let [samples, exact] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const weight = drawn ? drawn[i] : 1;
    let right = true;
    for (let c = 0; c < classes; c++) {
      const at = i * classes + c;
      const said = probabilities[at] >= decisionAt;
      if (actual[at] > 0) (said ? tp : fn)[c] += weight;
      else if (said) fp[c] += weight;
      right &&= said === actual[at] > 0;
    }
    samples += weight;
    if (right) exact += weight;
  }
  return { tp, fp, fn, samples, exact };
}

export function multiLabelScores({ tp, fp, fn, samples, exact }: MultiLabelCounts): MultiLabelScores {
  const scoresOf = (hits: number, wrong: number, missed: number): ClassScores => ({
    precision: ratio(hits, hits + wrong),
    recall: ratio(hits, hits + missed),
    f1: ratio(2 * hits, 2 * hits + wrong + missed),
    support: hits + missed,
  });
  const perClass = Array.from(tp, (hits, c) => scoresOf(hits, fp[c], fn[c]));
  const all = sum(perClass.map(({ support }) => support));
  const averages = (of: (key: keyof Averages) => number): Averages => ({
    precision: of('precision'),
    recall: of('recall'),
    f1: of('f1'),
  });
  const together = scoresOf(sum(tp), sum(fp), sum(fn));
  return {
    subsetAccuracy: ratio(exact, samples),
    accuracy: 1 - ratio(sum(fp) + sum(fn), samples * perClass.length),
    perClass,
    macro: averages((key) => ratio(sum(perClass.map((one) => one[key])), perClass.length)),
    micro: averages((key) => together[key]),
    weighted: averages((key) => ratio(sum(perClass.map((one) => one[key] * one.support)), all)),
  };
}

/** The flat metrics of a split; `precision`, `recall` and `f1` are macro averages, `average_precision` the mean over classes that occur (mAP). */
export function multiLabelMetrics(
  split: string,
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
): Record<string, number> {
  const scores = multiLabelScores(multiLabelCounts(probabilities, actual, classes));
  const precisions = Array.from({ length: classes }, (_, c) => {
    const found = sweep(columnOf(probabilities, c, classes), columnOf(actual, c, classes));
    return found.positives > 0 ? averagePrecision(found) : NaN;
  }).filter((value) => !Number.isNaN(value));
  const metrics = {
    accuracy: scores.accuracy,
    subset_accuracy: scores.subsetAccuracy,
    precision: scores.macro.precision,
    recall: scores.macro.recall,
    f1: scores.macro.f1,
    micro_f1: scores.micro.f1,
    average_precision: precisions.length === 0 ? NaN : sum(precisions) / precisions.length,
  };
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, value]) => !Number.isNaN(value))
      .map(([name, value]) => [`${split}/${name}`, value]),
  );
}

/** One class's of samples × classes. */
export const columnOf = (values: ArrayLike<number>, c: number, width: number): Float64Array =>
  Float64Array.from({ length: values.length / width }, (_, i) => values[i * width + c]);

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);
