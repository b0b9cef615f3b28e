import type { RegressionReport } from '../shared/evaluation.ts';
import { shortestFloat32 } from '../shared/float32.ts';
import { bootstrapIntervals, resamplesOf } from './bootstrap.ts';
import type { Reported } from './classification-report.ts';
import { histogramOf, medianAbsoluteError } from './regression.ts';

/** A regression's answers to samples that all have a target, in its own unit. */
export interface ValueAnswers {
  samples: ArrayLike<number>;
  actual: ArrayLike<number>;
  predicted: ArrayLike<number>;
}

const bars = 30;
/** A cloud of more says no more. */
const mostPoints = 2000;
const worstShown = 100;

/** All that there is to say of a regression. */
export async function reportRegression(
  here: ValueAnswers,
  pause?: () => Promise<void>,
): Promise<Reported<RegressionReport>> {
  const { samples, actual, predicted } = here;
  const residuals = Float64Array.from(actual, (value, i) => predicted[i] - value);
  const count = actual.length;
  const resamples = resamplesOf(count);
  const intervals = await bootstrapIntervals(count, (drawn) => weighted(actual, residuals, drawn), {
    resamples,
    pause,
  });
  // Nets tell and are told float32: of a double's digits the last ones mean nothing.
  const point = (i: number) => ({
    sample: samples[i],
    actual: shortestFloat32(actual[i]),
    predicted: shortestFloat32(predicted[i]),
  });
  const shown = Math.min(count, mostPoints);
  const order = [...residuals.keys()].sort((a, b) => Math.abs(residuals[b]) - Math.abs(residuals[a]) || a - b);
  return {
    metrics: { median_ae: medianAbsoluteError(actual, predicted) },
    intervals,
    resamples,
    detail: {
      kind: 'regression',
      residuals: histogramOf(residuals, bars),
      points: Array.from({ length: shown }, (_, i) => point(Math.floor((i * count) / shown))),
      worst: order.slice(0, worstShown).map(point),
    },
  };
}

/** The means of `regressionScores`, each sample as many times as it was drawn. */
function weighted(
  actual: ArrayLike<number>,
  residuals: Float64Array,
  drawn: Uint16Array,
): Record<'mse' | 'rmse' | 'mae' | 'r2', number> {
  const n = drawn.length;
  let [squared, absolute, sum] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    squared += drawn[i] * residuals[i] ** 2;
    absolute += drawn[i] * Math.abs(residuals[i]);
    sum += drawn[i] * actual[i];
  }
  let spread = 0;
  for (let i = 0; i < n; i++) spread += drawn[i] * (actual[i] - sum / n) ** 2;
  return {
    mse: squared / n,
    rmse: Math.sqrt(squared / n),
    mae: absolute / n,
    r2: spread === 0 ? NaN : 1 - squared / spread,
  };
}
