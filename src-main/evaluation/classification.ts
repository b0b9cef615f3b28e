import type { Averages } from '../shared/evaluation.ts';

/**
 * Metrics of a classifier, all from the confusion counts but log loss. Definitions and corner cases are scikit-learn's
 * (`zero_division=0`, `labels=None`): a class that occurs neither as actual nor as predicted is left out of macro averages,
 * one that never occurs as actual is left out of balanced accuracy, and 0 / 0 counts as 0.
 */

/** counts[actual][predicted] */
export type Confusion = number[][];

export interface ClassScores {
  precision: number;
  recall: number;
  f1: number;
  /** How many samples have this class. */
  support: number;
}

export interface ClassificationScores {
  accuracy: number;
  balancedAccuracy: number;
  perClass: ClassScores[];
  macro: Averages;
  /** Of all decisions together: where each sample has one class, all three are the accuracy. */
  micro: Averages;
  /** Each class counts by how many samples have it. */
  weighted: Averages;
  /** Cohen's kappa: agreement beyond what chance would give; NaN where chance would give all. */
  kappa: number;
  /** Matthews' correlation, for many classes as Gorodkin's R_K; 0 where either side knows one class only. */
  mcc: number;
}

/** Samples whose actual class is -1 (no label) are skipped. */
export function confusionCounts(actual: ArrayLike<number>, predicted: ArrayLike<number>, classes: number): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < actual.length; i++) if (actual[i] >= 0) counts[actual[i]][predicted[i]]++;
  return counts;
}

export function classificationScores(counts: Confusion): ClassificationScores {
  const classes = counts.map((_, c) => c);
  const support = counts.map((row) => sum(row));
  const predicted = classes.map((c) => sum(counts.map((row) => row[c])));
  const hits = classes.map((c) => counts[c][c]);

  const perClass = classes.map((c): ClassScores => {
    const precision = ratio(hits[c], predicted[c]);
    const recall = ratio(hits[c], support[c]);
    return { precision, recall, f1: ratio(2 * hits[c], predicted[c] + support[c]), support: support[c] };
  });
  const present = perClass.filter((_, c) => support[c] + predicted[c] > 0);
  const all = sum(support);
  const accuracy = ratio(sum(hits), all);
  const averages = (of: (key: keyof Averages) => number): Averages => ({
    precision: of('precision'),
    recall: of('recall'),
    f1: of('f1'),
  });
  return {
    accuracy,
    balancedAccuracy: mean(perClass.filter((scores) => scores.support > 0).map((scores) => scores.recall)),
    perClass,
    macro: averages((key) => mean(present.map((scores) => scores[key]))),
    micro: averages(() => accuracy),
    weighted: averages((key) => ratio(sum(perClass.map((scores) => scores[key] * scores.support)), all)),
    ...agreement(sum(hits), support, predicted),
  };
}

/** Both from the same sums: how often actual and predicted agree, and how often they would by chance. */
function agreement(hits: number, support: number[], predicted: number[]): { kappa: number; mcc: number } {
  const all = sum(support);
  const byChance = sum(support.map((n, c) => n * predicted[c]));
  const covariance = hits * all - byChance;
  const ofActual = all ** 2 - sum(support.map((n) => n ** 2));
  const ofPredicted = all ** 2 - sum(predicted.map((n) => n ** 2));
  const spread = Math.sqrt(ofActual) * Math.sqrt(ofPredicted);
  return { kappa: covariance / (all ** 2 - byChance), mcc: spread === 0 ? 0 : covariance / spread };
}

/** What scikit-learn takes for float32 probabilities: the spacing of 1 in float32. */
const smallestProbability = 2 ** -23;

/**
 * Mean of -ln p(actual class), with p clipped to [2⁻²³, 1 - 2⁻²³] and each row divided by its sum, as scikit-learn does.
 * `probabilities` is row-major, samples × classes.
 */
export function logLoss(probabilities: ArrayLike<number>, actual: ArrayLike<number>, classes: number): number {
  let total = 0;
  let counted = 0;
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] < 0) continue;
    let rowSum = 0;
    for (let c = 0; c < classes; c++) rowSum += clip(probabilities[i * classes + c]);
    total -= Math.log(clip(probabilities[i * classes + actual[i]]) / rowSum);
    counted++;
  }
  return counted > 0 ? total / counted : NaN;
}

/** Index of the largest value of every row; the first one of equals, as ONNX's ArgMax and NumPy's argmax. */
export function argmaxRows(values: ArrayLike<number>, classes: number): Int32Array {
  const best = new Int32Array(values.length / classes);
  for (let i = 0; i < best.length; i++) {
    for (let c = 1; c < classes; c++) if (values[i * classes + c] > values[i * classes + best[i]]) best[i] = c;
  }
  return best;
}

const clip = (p: number): number => Math.min(1 - smallestProbability, Math.max(smallestProbability, p));
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: number[]): number => (values.length === 0 ? NaN : sum(values) / values.length);
