import type { Decisions, ThresholdGoal } from './evaluation.ts';

/** From which score on a sample counts as of a class: chosen on validation, never on what is to be reported. */

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

/** Where nothing was chosen: from this probability on a sample of any number of classes counts as of one. */
export const decisionAt = 0.5;

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
