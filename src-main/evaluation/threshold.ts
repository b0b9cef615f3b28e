import type { Decisions } from '../shared/evaluation.ts';
import type { Sweep } from './roc.ts';

/** From which score on a sample counts as of a class: chosen on validation, never on what is to be reported. */

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
