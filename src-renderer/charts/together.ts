import { lowerBound } from '../../src-main/shared/chart/decimate.ts';

export interface Curve {
  /** Ascending. */
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

export interface Together {
  x: number[];
  mean: number[];
  low: number[];
  high: number[];
}

/** More places than a chart has pixels serve nobody. */
const mostPlaces = 4_000;

/** Between points a curve is straight; before its first and after its last it is not. NaN where a neighbour is none. */
function valueAt({ x, y }: Curve, at: number): number | null {
  const right = lowerBound(x, at);
  if (right === x.length) return null;
  if (x[right] === at) return y[right];
  if (right === 0) return null;
  const share = (at - x[right - 1]) / (x[right] - x[right - 1]);
  return y[right - 1] + share * (y[right] - y[right - 1]);
}

/** Mean, least and greatest of several curves wherever one of them has a point; of those that reach there. */
export function together(curves: readonly Curve[]): Together {
  let places = [...new Set(curves.flatMap(({ x }) => Array.from(x)))].sort((a, b) => a - b);
  if (places.length > mostPlaces) {
    const stride = places.length / mostPlaces;
    places = Array.from({ length: mostPlaces }, (_, i) => places[Math.floor(i * stride)]).concat(places.at(-1)!);
  }
  const out: Together = { x: [], mean: [], low: [], high: [] };
  for (const at of places) {
    let [sum, n, low, high] = [0, 0, Infinity, -Infinity];
    for (const curve of curves) {
      const value = valueAt(curve, at);
      if (value === null || !Number.isFinite(value)) continue;
      sum += value;
      n++;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    out.x.push(at);
    out.mean.push(n > 0 ? sum / n : NaN);
    out.low.push(n > 0 ? low : NaN);
    out.high.push(n > 0 ? high : NaN);
  }
  return out;
}
