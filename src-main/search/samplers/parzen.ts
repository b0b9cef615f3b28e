import type { Random } from '../../shared/random.ts';
import { LOG_SQRT_2PI, normalMass } from '../math/normal.ts';
import type { Dimension } from '../space/parameter.ts';

interface Axis {
  readonly dimension: Dimension;
  /** Kernel centres on the axis (categories: indices), the prior's last. */
  readonly centres: Float64Array;
  readonly widths: Float64Array;
  /** Where values are cells: which kernels are alike on this axis. */
  readonly alike: Alike | null;
}

/** Kernels of the same centre and width: of many trials over few levels most are. */
interface Alike {
  /** Of each kernel, which kind it is of. */
  readonly kinds: Uint32Array;
  /** A kernel of each kind. */
  readonly kernels: readonly number[];
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
  /** How often a kernel is drawn from. */
  readonly #weights: Float64Array;
  /** What it counts in the density. */
  readonly #says: Float64Array;
  readonly #kernels: number;

  /** `observed`: one row each; `columns` says where in a row each dimension's coordinate is. `weights`: of the observations; the prior has 1. */
  constructor(
    dimensions: readonly Dimension[],
    observed: readonly ArrayLike<number>[],
    weights: ArrayLike<number>,
    columns: readonly number[] = dimensions.map((_, axis) => axis),
  ) {
    const n = observed.length;
    this.#kernels = n + 1;
    this.#weights = new Float64Array(n + 1).fill(1);
    let total = 1;
    for (let k = 0; k < n; k++) total += this.#weights[k] = weights[k];
    for (let k = 0; k <= n; k++) this.#weights[k] /= total;
    this.#axes = dimensions.map((dimension, axis) => {
      const centres = new Float64Array(n + 1).fill(0.5);
      const column = columns[axis];
      for (let k = 0; k < n; k++) centres[k] = observed[k][column];
      if (dimension.categorical) return { dimension, centres, widths: new Float64Array(0), alike: null };
      const order = ranked(centres);
      const widths = widthsByNeighbours(centres, order);
      const inCells = !dimension.continuous && dimension.levels <= MANY_LEVELS;
      return { dimension, centres, widths, alike: inCells ? alikeOnes(centres, widths, order) : null };
    });
    this.#says = byWidth(this.#weights, this.#axes);
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
    for (let k = 0; k < n; k++) base[k] = Math.log(this.#says[k]);
    const smooth: { at: number; centres: Float64Array; inverse: Float64Array }[] = [];
    const tables: ((point: Float64Array) => Row)[] = [];
    this.#axes.forEach((axis, at) => {
      if (axis.dimension.categorical) tables.push(this.#categories(axis, at));
      else if (axis.alike) tables.push(this.#cells(axis, axis.alike, base, at));
      else smooth.push({ at, centres: axis.centres, inverse: scaled(axis, base) });
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
        const { values, kinds } = table(point);
        for (let k = 0; k < n; k++) each[k] += values[kinds[k]];
      }
      return logSumExp(each);
    });
  }

  /** For a point, each kernel's logarithm of the mass of the point's category. */
  #categories({ dimension: { levels }, centres }: Axis, at: number): (point: Float64Array) => Row {
    const n = this.#kernels;
    const own = Math.log((n + 1) / (n + levels));
    const other = Math.log(1 / (n + levels));
    // The prior's is a category of its own.
    const kinds = Uint32Array.from(centres);
    kinds[n - 1] = levels;
    return remember(at, (category) => {
      const values = new Float64Array(levels + 1).fill(other);
      values[category] = own;
      values[levels] = Math.log(1 / levels);
      return { values, kinds };
    });
  }

  /** The same for the mass in the cell of a discrete value. What the truncation to [0, 1] leaves of a kernel is taken from `base`. */
  #cells(
    { dimension, centres, widths }: Axis,
    { kinds, kernels }: Alike,
    base: Float64Array,
    at: number,
  ): (point: Float64Array) => Row {
    const centre = Float64Array.from(kernels, (k) => centres[k]);
    const inverse = Float64Array.from(kernels, (k) => 1 / widths[k]);
    const inside = centre.map((c, i) => logMassInside(c, inverse[i]));
    for (let k = 0; k < kinds.length; k++) base[k] -= inside[kinds[k]];
    return remember(at, (unit) => {
      const level = dimension.level(unit);
      const [from, to] = [dimension.edge(level), dimension.edge(level + 1)];
      const values = centre.map((c, i) => {
        const [a, b] = [(from - c) * inverse[i], (to - c) * inverse[i]];
        return a > FAR || b < -FAR ? LOG_NOTHING : Math.log(normalMass(a, b));
      });
      return { values, kinds };
    });
  }
}

/** A logarithm for each kernel: that of its kind. */
interface Row {
  readonly values: Float64Array;
  readonly kinds: Uint32Array;
}

/** So many standard deviations out normalMass has reached its floor. */
const FAR = 37.5;
const LOG_NOTHING = Math.log(1e-300);

/** With so many standard deviations on both sides a kernel's mass is 1 to the last bit. */
const WHOLE = 8.5;

function logMassInside(centre: number, inverse: number): number {
  const [a, b] = [-centre * inverse, (1 - centre) * inverse];
  return a < -WHOLE && b > WHOLE ? 0 : Math.log(normalMass(a, b));
}

/**
 * Weights times the geometric mean of a kernel's widths on the smooth axes; they sum to 1. Trials crowd where the search went, not by chance,
 * and the tall narrow kernels there would make that place dense with bad ones and drive the search from what it has just found. So each
 * trial speaks for the stretch to its neighbours; on one axis alone all kernels are as high, as in Optuna 3.1.
 */
function byWidth(weights: Float64Array, axes: readonly Axis[]): Float64Array {
  const smooth = axes.filter(({ dimension, alike }) => !dimension.categorical && alike === null);
  if (smooth.length === 0) return weights;
  const logarithms = new Float64Array(weights.length);
  for (const { widths } of smooth) for (let k = 0; k < widths.length; k++) logarithms[k] += Math.log(widths[k]);
  const says = weights.map((weight, k) => weight * Math.exp(logarithms[k] / smooth.length));
  const total = says.reduce((sum, each) => sum + each, 0);
  return says.map((each) => each / total);
}

/** One over each kernel's width; what a truncated normal has beside its exponent goes into `base`. */
function scaled({ centres, widths }: Axis, base: Float64Array): Float64Array {
  const inverse = new Float64Array(widths.length);
  // Most kernels of many have the least width: one logarithm serves them all.
  let [last, logarithm] = [NaN, NaN];
  for (let k = 0; k < widths.length; k++) {
    inverse[k] = 1 / widths[k];
    if (widths[k] !== last) {
      last = widths[k];
      logarithm = Math.log(inverse[k]) - LOG_SQRT_2PI;
    }
    base[k] += logarithm - logMassInside(centres[k], inverse[k]);
  }
  return inverse;
}

/** Rows by coordinate: many points share a discrete value. */
function remember(at: number, row: (unit: number) => Row): (point: Float64Array) => Row {
  const rows = new Map<number, Row>();
  return (point) => {
    let found = rows.get(point[at]);
    if (!found) rows.set(point[at], (found = row(point[at])));
    return found;
  };
}

/** The wider of the gaps to the neighbours on either side; at the ends the gap to the only one. The prior, the last, stands among them. */
function widthsByNeighbours(centres: Float64Array, order: Uint32Array): Float64Array {
  const widths = new Float64Array(centres.length);
  const last = order.length - 1;
  // Never so narrow that the search falls into one point ("magic clip" of hyperopt).
  const least = 1 / Math.min(100, 2 + last);
  for (let rank = 0; rank <= last; rank++) {
    const here = centres[order[rank]];
    const left = rank > 0 ? here - centres[order[rank - 1]] : 0;
    const right = rank < last ? centres[order[rank + 1]] - here : 0;
    widths[order[rank]] = Math.min(1, Math.max(least, left, right));
  }
  widths[last] = 1;
  return widths;
}

/** Those of one kind stand side by side in their order. */
function alikeOnes(centres: Float64Array, widths: Float64Array, order: Uint32Array): Alike {
  const kinds = new Uint32Array(order.length);
  const kernels: number[] = [];
  for (const k of order) {
    const same = kernels.at(-1);
    if (same === undefined || centres[same] !== centres[k] || widths[same] !== widths[k]) kernels.push(k);
    kinds[k] = kernels.length - 1;
  }
  return { kinds, kernels };
}

/** Indices by rising centre, those of equal ones rising. Sorted as numbers that hold both, which needs no comparing function. */
function ranked(centres: Float64Array): Uint32Array {
  const room = 2 ** Math.ceil(Math.log2(centres.length + 1));
  const fine = 2 ** 52 / room;
  const keys = new Float64Array(centres.length);
  for (let k = 0; k < keys.length; k++) keys[k] = Math.floor(centres[k] * (fine - 1)) * room + k;
  keys.sort();
  const order = new Uint32Array(keys.length);
  // The remainder, which `%` is slow at for numbers this large.
  for (let rank = 0; rank < keys.length; rank++) order[rank] = keys[rank] - Math.floor(keys[rank] / room) * room;
  return order;
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

/** Below the greatest by so much, a thousand together do not change the sum's last bit. */
const NO_MORE = -60;

function logSumExp(values: Float64Array): number {
  let most = -Infinity;
  for (let k = 0; k < values.length; k++) if (values[k] > most) most = values[k];
  let sum = 0;
  for (let k = 0; k < values.length; k++) {
    const below = values[k] - most;
    if (below > NO_MORE) sum += Math.exp(below);
  }
  return most + Math.log(sum);
}
