import { argmaxRows, classificationScores, confusionCounts, logLoss, type Confusion } from './classification.ts';
import { regressionScores } from './regression.ts';

/**
 * A model's outputs on a split as the flat metrics that runs and commands show, keyed `<split>/<metric>`.
 * `precision`, `recall` and `f1` are macro averages.
 */
export function classificationMetrics(
  split: string,
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
): { metrics: Record<string, number>; counts: Confusion } {
  const counts = confusionCounts(actual, argmaxRows(probabilities, classes), classes);
  const scores = classificationScores(counts);
  const metrics = {
    [`${split}/accuracy`]: scores.accuracy,
    [`${split}/balanced_accuracy`]: scores.balancedAccuracy,
    [`${split}/precision`]: scores.macro.precision,
    [`${split}/recall`]: scores.macro.recall,
    [`${split}/f1`]: scores.macro.f1,
    [`${split}/log_loss`]: logLoss(probabilities, actual, classes),
  };
  return { metrics, counts };
}

/** Both in the target's own unit. */
export function regressionMetrics(
  split: string,
  predicted: ArrayLike<number>,
  actual: ArrayLike<number>,
): Record<string, number> {
  const scores = regressionScores(actual, predicted);
  return Object.fromEntries(Object.entries(scores).map(([name, value]) => [`${split}/${name}`, value]));
}
