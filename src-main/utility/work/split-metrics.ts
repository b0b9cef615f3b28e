import { classesOf, type Encoder } from '../../datasets/encode/encoder.ts';
import { classificationMetrics, regressionMetrics } from '../../evaluation/metrics.ts';
import type { EvaluateResult } from '../../shared/job.ts';

/** A model's outputs on samples: class probabilities (row-major) or values in the target's own unit, and the loss where it is known. */
export interface Outputs {
  predictions: Float32Array;
  loss?: number;
}

/** Metrics keyed `<split>/<metric>`; `y` as encoded. A regression's are in the target's own unit, its loss in standard deviations. */
export function splitMetrics(
  split: string,
  encoder: Encoder,
  y: ArrayLike<number>,
  { predictions, loss }: Outputs,
): Pick<EvaluateResult, 'metrics' | 'confusion'> {
  const withLoss: Record<string, number> = loss === undefined ? {} : { [`${split}/loss`]: loss };
  if (encoder.kind === 'table' && encoder.target.task === 'regression') {
    const { mean, std } = encoder.target;
    const actual = Float64Array.from(y, (value) => value * std + mean);
    return { metrics: { ...withLoss, ...regressionMetrics(split, predictions, actual) }, confusion: null };
  }
  const classes = classesOf(encoder);
  const { metrics, counts } = classificationMetrics(split, predictions, y, classes.length);
  return { metrics: { ...withLoss, ...metrics }, confusion: { classes, counts } };
}
