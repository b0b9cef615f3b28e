/** Metrics of a regression; definitions are scikit-learn's. */
export interface RegressionScores {
  mse: number;
  rmse: number;
  mae: number;
  /** 1 - Σ(y - ŷ)² / Σ(y - ȳ)². A constant target gives 1 when met exactly, else 0; fewer than two samples give NaN. */
  r2: number;
}

/** Samples whose actual value is NaN (no target) are skipped. */
export function regressionScores(actual: ArrayLike<number>, predicted: ArrayLike<number>): RegressionScores {
  let counted = 0;
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Number.isNaN(actual[i])) continue;
    counted++;
    sum += actual[i];
  }
  const mean = sum / counted;

  let squared = 0;
  let absolute = 0;
  let spread = 0;
  for (let i = 0; i < actual.length; i++) {
    if (Number.isNaN(actual[i])) continue;
    const error = actual[i] - predicted[i];
    squared += error * error;
    absolute += Math.abs(error);
    spread += (actual[i] - mean) ** 2;
  }
  return {
    mse: squared / counted,
    rmse: Math.sqrt(squared / counted),
    mae: absolute / counted,
    r2: determination(squared, spread, counted),
  };
}

function determination(squared: number, spread: number, counted: number): number {
  if (counted < 2) return NaN;
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

/** Of even counts the mean of the two in the middle, as NumPy's; NaN of none. Samples without a target are skipped. */
export function medianAbsoluteError(actual: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const errors = Float64Array.from(
    Array.from(actual, (value, i) => Math.abs(value - predicted[i])).filter((error) => !Number.isNaN(error)),
  ).sort();
  const half = errors.length >> 1;
  return errors.length % 2 === 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2;
}

/** Equal bars from the least to the greatest; the last one has its upper end, too. One bar of width 0 where all are equal. */
export function histogramOf(
  values: ArrayLike<number>,
  bars: number,
): { from: number; width: number; counts: number[] } {
  let [from, to] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    from = Math.min(from, values[i]);
    to = Math.max(to, values[i]);
  }
  if (!(to > from)) return { from: values.length > 0 ? from : 0, width: 0, counts: [values.length] };
  const width = (to - from) / bars;
  const counts = new Array<number>(bars).fill(0);
  for (let i = 0; i < values.length; i++) counts[Math.min(bars - 1, Math.floor((values[i] - from) / width))]++;
  return { from, width, counts };
}
