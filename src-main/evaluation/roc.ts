import { decimate } from '../shared/chart/decimate.ts';

/**
 * What a classifier's scores for one class are worth at every threshold. Definitions and corner cases are scikit-learn's
 * (`roc_curve`, `precision_recall_curve`, `roc_auc_score`, `average_precision_score`), samples of equal score going together.
 */

/** Counts of the samples whose score is at least a threshold, at each different score from the highest down. */
export interface Sweep {
  thresholds: Float64Array;
  truePositives: Float64Array;
  falsePositives: Float64Array;
  positives: number;
  negatives: number;
}

/** `weights`: how many times each sample counts; once, where left out. `order`: the samples by falling score, where it is known already. */
export function sweep(
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number | boolean>,
  { weights, order = byFallingScore(scores) }: { weights?: ArrayLike<number>; order?: ArrayLike<number> } = {},
): Sweep {
  const thresholds = new Float64Array(scores.length);
  const truePositives = new Float64Array(scores.length);
  const falsePositives = new Float64Array(scores.length);
  let [tp, fp, found] = [0, 0, 0];
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    const weight = weights ? weights[i] : 1;
    if (isPositive[i]) tp += weight;
    else fp += weight;
    if (k + 1 < order.length && scores[order[k + 1]] === scores[i]) continue;
    thresholds[found] = scores[i];
    truePositives[found] = tp;
    falsePositives[found++] = fp;
  }
  return {
    thresholds: thresholds.subarray(0, found),
    truePositives: truePositives.subarray(0, found),
    falsePositives: falsePositives.subarray(0, found),
    positives: tp,
    negatives: fp,
  };
}

/** Equal scores in their own order. */
export function byFallingScore(scores: ArrayLike<number>): Int32Array {
  return Int32Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
}

/** Area under the ROC curve by trapezoids; NaN where there are no positives or no negatives: then nothing can be ranked. */
export function rocAuc({ truePositives, falsePositives, positives, negatives }: Sweep): number {
  if (positives === 0 || negatives === 0) return NaN;
  let area = 0;
  let [lastTp, lastFp] = [0, 0];
  for (let i = 0; i < truePositives.length; i++) {
    area += ((falsePositives[i] - lastFp) * (truePositives[i] + lastTp)) / 2;
    [lastTp, lastFp] = [truePositives[i], falsePositives[i]];
  }
  return area / (positives * negatives);
}

/** Σ (R_n - R_(n-1)) P_n, which does not interpolate; 0 where there are no positives. */
export function averagePrecision({ truePositives, falsePositives, positives }: Sweep): number {
  if (positives === 0) return 0;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const called = truePositives[i] + falsePositives[i];
    if (called > 0) sum += ((truePositives[i] - last) / positives) * (truePositives[i] / called);
    last = truePositives[i];
  }
  return sum;
}

export interface Curve {
  x: number[];
  y: number[];
}

/** False positive rate against true positive rate, from (0, 0); at most about `points` of them, corners first. */
export function rocCurve(from: Sweep, points = Infinity): Curve {
  const { truePositives: tp, falsePositives: fp, positives, negatives } = from;
  const corners = [...tp.keys()].filter(
    // Points on a straight line between their neighbours say nothing.
    (i) =>
      i === 0 ||
      i === tp.length - 1 ||
      (tp[i + 1] - tp[i]) * (fp[i] - fp[i - 1]) !== (tp[i] - tp[i - 1]) * (fp[i + 1] - fp[i]),
  );
  const kept = thinned(corners, points);
  return {
    // 0 / 0 where there are none of the kind: the rate is undefined everywhere.
    x: [0, ...kept.map((i) => fp[i])].map((count) => count / negatives),
    y: [0, ...kept.map((i) => tp[i])].map((count) => count / positives),
  };
}

/**
 * Recall against precision, by rising recall, from the end that scikit-learn adds: recall 0, precision 1. Of more than `points` of them
 * those that are drawn: on each of `points` / 4 equal stretches of recall the first, lowest, highest and last. Evenly by rank, a rare class
 * would be left with a handful of its own, since most ranks come after its last sample.
 */
export function precisionRecallCurve(from: Sweep, points = Infinity): Curve {
  const { truePositives: tp, falsePositives: fp, positives } = from;
  const x = [0, ...Array.from(tp, (count) => (positives === 0 ? 1 : count / positives))];
  const y = [1, ...Array.from(tp, (count, i) => count / (count + fp[i]))];
  if (tp.length <= points) return { x, y };
  const drawn = decimate(x, y, 0, 1, points / 4);
  return { x: drawn.x, y: drawn.y };
}

/** Evenly, with both ends. */
function thinned(all: number[], most: number): number[] {
  if (all.length <= most) return all;
  const count = Math.max(2, Math.floor(most));
  return Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]);
}
