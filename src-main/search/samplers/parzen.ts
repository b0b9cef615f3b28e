import type { Random } from '../../shared/random.ts';
import { LOG_SQRT_2PI, normalMass } from '../math/normal.ts';
import type { Dimension } from '../space/parameter.ts';

/** How wide the kernels are: by Scott's rule the same for all, or each by how far its neighbours are. */
export type Bandwidth = 'scott' | 'neighbours';

interface Axis {
  readonly dimension: Dimension;
  /** Kernel centres on the axis (categories: indices), the prior's last. */
  readonly centres: Float64Array;
  readonly widths: Float64Array;
}

/** Beyond so many levels a discrete axis is as good as continuous. */
const MANY_LEVELS = 256;

/**
 * A density over several dimensions made of a product kernel around each observation and a flat prior: truncated normals on the axis
 * [0, 1], their mass in the cells of discrete values, and for categories a little of everything (Bergstra et al., "Algorithms for
 * Hyper-Parameter Optimization", 2011; Falkner et al., "BOHB", 2018, for several dimensions at once).
 */
export class ParzenEstimator {
  readonly #axes: readonly Axis[];
  readonly #weights: Float64Array;
  readonly #kernels: number;

  /** `observed`: one row each, a coordinate a dimension. `weights`: of the observations; the prior has 1. */
  constructor(
    dimensions: readonly Dimension[],
    observed: readonly ArrayLike<number>[],
    weights: ArrayLike<number>,
    bandwidth: Bandwidth,
  ) {
    const n = observed.length;
    this.#kernels = n + 1;
    this.#weights = new Float64Array(n + 1).fill(1);
    for (let k = 0; k < n; k++) this.#weights[k] = weights[k];
    const total = this.#weights.reduce((sum, weight) => sum + weight, 0);
    for (let k = 0; k <= n; k++) this.#weights[k] /= total;
    this.#axes = dimensions.map((dimension, axis) => {
      const centres = new Float64Array(n + 1).fill(0.5);
      for (let k = 0; k < n; k++) centres[k] = observed[k][axis];
      const widths = dimension.categorical ? new Float64Array(0) : this.#widths(centres, dimensions.length, bandwidth);
      return { dimension, centres, widths };
    });
  }

  #widths(centres: Float64Array, dimensions: number, bandwidth: Bandwidth): Float64Array {
    const n = this.#kernels - 1;
    const widths = new Float64Array(n + 1);
    if (bandwidth === 'scott') widths.fill(0.2 * Math.max(1, n) ** (-1 / (dimensions + 4)));
    else byNeighbours(centres, widths);
    // Never so narrow that the search falls into one point ("magic clip" of hyperopt).
    const least = 1 / Math.min(100, 2 + n);
    for (let k = 0; k < n; k++) widths[k] = Math.min(1, Math.max(least, widths[k]));
    widths[n] = 1;
    return widths;
  }

  /** Draws `count` points: a coordinate a dimension, those of discrete dimensions in the middle of their cells. */
  sample(random: Random, count: number): Float64Array[] {
    const cumulative = Float64Array.from(this.#weights);
    for (let k = 1; k < this.#kernels; k++) cumulative[k] += cumulative[k - 1];
    return Array.from({ length: count }, () => {
      const kernel = firstAbove(cumulative, random.uniform());
      return Float64Array.from(this.#axes, (axis) => this.#draw(axis, kernel, random));
    });
  }

  #draw({ dimension, centres, widths }: Axis, kernel: number, random: Random): number {
    if (dimension.categorical) {
      // The kernel's own category has 1 + 1/K of 1 + L/K, every other one 1/K.
      const { levels } = dimension;
      const own = kernel < this.#kernels - 1 ? this.#kernels / (this.#kernels + levels) : 0;
      return random.uniform() < own ? centres[kernel] : random.below(levels);
    }
    for (;;) {
      const unit = centres[kernel] + widths[kernel] * random.normal();
      if (unit < 0 || unit > 1) continue;
      return dimension.continuous ? unit : dimension.encode(dimension.value(dimension.level(unit)));
    }
  }

  /** The logarithm of the density (mass, of discrete dimensions) at each point. */
  logDensity(points: readonly Float64Array[]): Float64Array {
    const n = this.#kernels;
    const base = new Float64Array(n);
    for (let k = 0; k < n; k++) base[k] = Math.log(this.#weights[k]);
    const smooth: { at: number; centres: Float64Array; inverse: Float64Array }[] = [];
    const tables: ((point: Float64Array) => Float64Array)[] = [];
    this.#axes.forEach((axis, at) => {
      const { dimension, centres, widths } = axis;
      if (dimension.categorical) {
        tables.push(this.#categories(axis, at));
        return;
      }
      const inverse = widths.map((width) => 1 / width);
      const discrete = !dimension.continuous && dimension.levels <= MANY_LEVELS;
      for (let k = 0; k < n; k++) {
        // What the truncation to [0, 1] leaves of the kernel.
        base[k] -= Math.log(normalMass(-centres[k] * inverse[k], (1 - centres[k]) * inverse[k]));
        if (!discrete) base[k] += Math.log(inverse[k]) - LOG_SQRT_2PI;
      }
      if (discrete) tables.push(this.#cells(axis, inverse, at));
      else smooth.push({ at, centres, inverse });
    });
    const each = new Float64Array(n);
    return Float64Array.from(points, (point) => {
      each.set(base);
      for (const { at, centres, inverse } of smooth) {
        const x = point[at];
        for (let k = 0; k < n; k++) {
          const z = (x - centres[k]) * inverse[k];
          each[k] -= 0.5 * z * z;
        }
      }
      for (const table of tables) {
        const row = table(point);
        for (let k = 0; k < n; k++) each[k] += row[k];
      }
      return logSumExp(each);
    });
  }

  /** For a point, each kernel's logarithm of the mass of the point's category. */
  #categories({ dimension, centres }: Axis, at: number): (point: Float64Array) => Float64Array {
    const n = this.#kernels;
    const whole = n + dimension.levels;
    const own = Math.log((n + 1) / whole);
    const other = Math.log(1 / whole);
    const flat = Math.log(1 / dimension.levels);
    return remember(at, (category) => {
      const row = new Float64Array(n);
      for (let k = 0; k < n - 1; k++) row[k] = centres[k] === category ? own : other;
      row[n - 1] = flat;
      return row;
    });
  }

  /** The same for the mass in the cell of a discrete value, before truncation. */
  #cells({ dimension, centres }: Axis, inverse: Float64Array, at: number): (point: Float64Array) => Float64Array {
    const n = this.#kernels;
    return remember(at, (unit) => {
      const level = dimension.level(unit);
      const [from, to] = [dimension.edge(level), dimension.edge(level + 1)];
      const row = new Float64Array(n);
      for (let k = 0; k < n; k++) {
        const [a, b] = [(from - centres[k]) * inverse[k], (to - centres[k]) * inverse[k]];
        row[k] = a > FAR || b < -FAR ? LOG_NOTHING : Math.log(normalMass(a, b));
      }
      return row;
    });
  }
}

/** So many standard deviations out normalMass has reached its floor. */
const FAR = 37.5;
const LOG_NOTHING = Math.log(1e-300);

/** Rows by coordinate: many points share a discrete value. */
function remember(at: number, row: (unit: number) => Float64Array): (point: Float64Array) => Float64Array {
  const rows = new Map<number, Float64Array>();
  return (point) => {
    let found = rows.get(point[at]);
    if (!found) rows.set(point[at], (found = row(point[at])));
    return found;
  };
}

/** The wider of the gaps to the neighbours on either side; at the ends the gap to the only one. The prior stands among them. */
function byNeighbours(centres: Float64Array, widths: Float64Array): void {
  const order = ranked(centres);
  const last = order.length - 1;
  for (let rank = 0; rank <= last; rank++) {
    const here = centres[order[rank]];
    const left = rank > 0 ? here - centres[order[rank - 1]] : 0;
    const right = rank < last ? centres[order[rank + 1]] - here : 0;
    widths[order[rank]] = Math.max(left, right);
  }
}

/** Indices by rising centre, those of equal ones rising. Sorted as numbers that hold both, which needs no comparing function. */
function ranked(centres: Float64Array): Uint32Array {
  const room = 2 ** Math.ceil(Math.log2(centres.length + 1));
  const fine = 2 ** 52 / room;
  return Uint32Array.from(
    centres.map((centre, k) => Math.floor(centre * (fine - 1)) * room + k).sort(),
    (key) => key % room,
  );
}

function firstAbove(cumulative: Float64Array, mark: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > mark) high = middle;
    else low = middle + 1;
  }
  return low;
}

function logSumExp(values: Float64Array): number {
  let most = -Infinity;
  for (let k = 0; k < values.length; k++) if (values[k] > most) most = values[k];
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += Math.exp(values[k] - most);
  return most + Math.log(sum);
}
