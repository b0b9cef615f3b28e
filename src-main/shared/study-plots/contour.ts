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

/** A line of equal means, in values of the two parameters; NaN parts its pieces. */
export interface ContourLine {
  level: number;
  x: Float64Array;
  y: Float64Array;
}

/**
 * Where the field crosses each level: marching squares over the middles of the cells (Lorensen and Cline, 1987, in two dimensions), places
 * between them by the straight line on the axes as they are drawn. A saddle is cut by the mean of its corners. None through cells without a value, nor where a parameter
 * is a category, between whose choices there is nothing.
 */
export function contourLines(
  { x, y }: Pick<Pairs, 'x' | 'y'>,
  field: Contour,
  levels: readonly number[],
): ContourLine[] {
  if (x.axis.kind === 'category' || y.axis.kind === 'category') return [];
  const [columns, rows] = [field.x.length, field.y.length];
  return levels.flatMap((level) => {
    const [across, up]: number[][] = [[], []];
    for (let row = 0; row + 1 < rows; row++) {
      for (let column = 0; column + 1 < columns; column++) {
        const at = row * columns + column;
        // Round the square, from its low corner.
        const corners = [at, at + 1, at + columns + 1, at + columns].map((cell) => field.mean[cell] - level);
        if (corners.some(Number.isNaN)) continue;
        for (const piece of crossed(corners)) {
          for (const [right, above] of piece) {
            across.push(axisAt(x.axis, (column + 0.5 + right) / columns));
            up.push(axisAt(y.axis, (row + 0.5 + above) / rows));
          }
          across.push(NaN);
          up.push(NaN);
        }
      }
    }
    return across.length > 0 ? [{ level, x: Float64Array.from(across), y: Float64Array.from(up) }] : [];
  });
}

type Place = [right: number, above: number];

/** Pieces of the line along which a square's values are 0, in shares of its sides. */
function crossed(corners: readonly number[]): [Place, Place][] {
  const share = (from: number, to: number) => corners[from] / (corners[from] - corners[to]);
  const sides: ((to: number) => Place)[] = [(t) => [t, 0], (t) => [1, t], (t) => [1 - t, 1], (t) => [0, 1 - t]];
  const places = sides.flatMap((place, side) => {
    const next = (side + 1) % 4;
    return corners[side] < 0 === corners[next] < 0 ? [] : [place(share(side, next))];
  });
  if (places.length < 4) return places.length === 2 ? [[places[0], places[1]]] : [];
  const [a, b, c, d] = places;
  const middle = corners.reduce((sum, corner) => sum + corner, 0);
  // Corners on the middle's side of the level hang together.
  return middle < 0 === corners[0] < 0
    ? [
        [a, b],
        [c, d],
      ]
    : [
        [a, d],
        [b, c],
      ];
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
