import type { Sweep } from './roc.ts';

/** From which score on a sample counts as of a class: chosen on validation, never on what is to be reported. */

export interface Decisions {
  /** A sample counts as of the class when its score is at least this. Infinity: none does. */
  threshold: number;
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

export type ThresholdGoal =
  /** The least sum of costs, of a false positive and of a false negative each. */
  | { kind: 'cost'; falsePositive: number; falseNegative: number }
  /** The most recall at a precision of at least so much … */
  | { kind: 'precision'; least: number }
  /** … and the most precision at a recall of at least so much. */
  | { kind: 'recall'; least: number }
  /** The highest F1. */
  | { kind: 'f1' };

/** Every distinction there is to make, from "none" down to "all". */
export function decisionsOf({ thresholds, truePositives, falsePositives, positives, negatives }: Sweep): Decisions[] {
  const at = (threshold: number, tp: number, fp: number): Decisions => ({
    threshold,
    tp,
    fp,
    fn: positives - tp,
    tn: negatives - fp,
  });
  return [at(Infinity, 0, 0), ...Array.from(thresholds, (value, i) => at(value, truePositives[i], falsePositives[i]))];
}

/** Null where none meets the goal. Of equally good ones the highest threshold: the fewest false positives. */
export function chooseThreshold(all: readonly Decisions[], goal: ThresholdGoal): Decisions | null {
  let best: Decisions | null = null;
  let most = -Infinity;
  for (const each of all) {
    const value = worth(each, goal);
    if (value > most) [best, most] = [each, value];
  }
  return best;
}

export const precisionOf = ({ tp, fp }: Decisions): number => (tp + fp === 0 ? 0 : tp / (tp + fp));
export const recallOf = ({ tp, fn }: Decisions): number => (tp + fn === 0 ? 0 : tp / (tp + fn));
export const f1Of = ({ tp, fp, fn }: Decisions): number => (tp === 0 ? 0 : (2 * tp) / (2 * tp + fp + fn));

function worth(each: Decisions, goal: ThresholdGoal): number {
  switch (goal.kind) {
    case 'cost':
      return -(each.fp * goal.falsePositive + each.fn * goal.falseNegative);
    case 'precision':
      return each.tp > 0 && precisionOf(each) >= goal.least ? recallOf(each) : -Infinity;
    case 'recall':
      return recallOf(each) >= goal.least ? precisionOf(each) : -Infinity;
    case 'f1':
      return f1Of(each);
  }
}

/** The same threshold on other samples. */
export function decideAt(
  threshold: number,
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number | boolean>,
): Decisions {
  const found: Decisions = { threshold, tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] >= threshold) found[isPositive[i] ? 'tp' : 'fp']++;
    else found[isPositive[i] ? 'fn' : 'tn']++;
  }
  return found;
}
