import { axisAt, axisUnit, type ParameterAxis } from './parameter-axis.ts';
import type { Pairs } from './pairs.ts';

/** The mean of the trials near each place of two parameters. */
export interface Contour {
  /** Middles of the cells: numbers, or indices of choices. */
  x: Float64Array;
  y: Float64Array;
  /** Row by row from the low end of y: `mean[row * x.length + column]`; NaN where no trial is near. */
  mean: Float64Array;
}

/** A cell has a value where a trial lies within so many bandwidths. */
const reach = 2.5;
const leastWeight = Math.exp(-0.5 * reach ** 2);
/** Shares of an axis that a bandwidth is at least and at most. */
const [narrowest, widest] = [0.02, 0.2];

/**
 * Kernel regression (Nadaraya, "On Estimating Regression", 1964; Watson, 1964): each trial weighs by a product of Gaussians of its distance, on
 * the axes as they are drawn, with Scott's bandwidth σ·n^(-1/6); another choice of a category weighs nothing.
 * @param cells how many along a numeric axis
 */
export function contourOf({ x, y, value }: Pairs, cells = 40): Contour {
  const across = weights(x.axis, x.values, cells);
  const up = weights(y.axis, y.values, cells);
  const [columns, rows, n] = [across.middles.length, up.middles.length, value.length];
  const sum = new Float64Array(columns * rows);
  const weight = new Float64Array(columns * rows);
  for (let i = 0; i < n; i++) {
    for (let row = 0; row < rows; row++) {
      const b = up.of[i * rows + row];
      if (b < 1e-9) continue;
      const [from, at] = [row * columns, i * columns];
      for (let column = 0; column < columns; column++) {
        const w = b * across.of[at + column];
        sum[from + column] += w * value[i];
        weight[from + column] += w;
      }
    }
  }
  return {
    x: across.middles,
    y: up.middles,
    mean: sum.map((total, i) => (weight[i] >= leastWeight ? total / weight[i] : NaN)),
  };
}

/** How much each trial weighs at each cell's middle: `of[trial * cells + cell]`. */
function weights(axis: ParameterAxis, values: Float64Array, cells: number) {
  const count = axis.kind === 'category' ? axis.choices.length : cells;
  const of = new Float64Array(values.length * count);
  if (axis.kind === 'category') {
    values.forEach((value, i) => (of[i * count + value] = 1));
    return { middles: Float64Array.from({ length: count }, (_, cell) => cell), of };
  }
  const units = values.map((value) => axisUnit(axis, value));
  const width = bandwidth(units);
  const at = Float64Array.from({ length: count }, (_, cell) => (cell + 0.5) / count);
  units.forEach((unit, i) => {
    for (let cell = 0; cell < count; cell++) of[i * count + cell] = Math.exp(-0.5 * ((at[cell] - unit) / width) ** 2);
  });
  return { middles: at.map((unit) => axisAt(axis, unit)), of };
}

/** Scott's for two dimensions. */
export function bandwidth(units: Float64Array): number {
  const n = units.length;
  const mean = units.reduce((sum, unit) => sum + unit, 0) / n;
  const spread = Math.sqrt(units.reduce((sum, unit) => sum + (unit - mean) ** 2, 0) / n);
  return Math.min(widest, Math.max(narrowest, spread * n ** (-1 / 6) || narrowest));
}
