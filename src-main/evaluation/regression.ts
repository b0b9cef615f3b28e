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
