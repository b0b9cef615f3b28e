import type { Random } from '../../shared/random.ts';

/** A region of the unit cube that a tree gives one value: between `low` and `high` along each axis, categories as in `low` ≤ index < `high`. */
export interface Leaf {
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly value: number;
}

export interface TreeOptions {
  readonly depth: number;
  /** Rows that a leaf has at the least. */
  readonly least: number;
}

/** A column as trees read it: which of up to 256 bins a row lies in, and where bins meet. */
export interface Binned {
  readonly bins: Uint8Array;
  readonly borders: readonly number[];
  /** How long the axis is: values lie in [0, extent]. */
  readonly extent: number;
}

/** More places to cut at make no better importance. */
const MOST_BORDERS = 63;

/** Borders lie half-way between values that occur: all of them, or of many the quantiles. */
export function binned(column: Float64Array, extent: number): Binned {
  const sorted = Float64Array.from(column).sort();
  const cuts: { at: number; below: number }[] = [];
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] > sorted[i - 1]) cuts.push({ at: (sorted[i] + sorted[i - 1]) / 2, below: i });
  }
  const borders: number[] = [];
  for (const { at, below } of cuts) {
    const due = cuts.length <= MOST_BORDERS || below >= ((borders.length + 1) * sorted.length) / (MOST_BORDERS + 1);
    if (due && borders.length < MOST_BORDERS) borders.push(at);
  }
  const bins = Uint8Array.from(column, (value) => {
    let [a, b] = [0, borders.length];
    while (a < b) {
      const middle = (a + b) >> 1;
      if (borders[middle] <= value) a = middle + 1;
      else b = middle;
    }
    return a;
  });
  return { bins, borders, extent };
}

/** As many rows as there are, drawn with replacement. */
export const bootstrap = (n: number, random: Random): Uint32Array =>
  Uint32Array.from({ length: n }, () => random.below(n));

/**
 * A regression tree on these rows, split where the squares fall most, as its leaves. `others` are sorted into the leaves as well, without a
 * say in them, and told with what they come to. Both lists come into another order.
 */
export function growTree(
  columns: readonly Binned[],
  targets: Float64Array,
  { depth, least }: TreeOptions,
  rows: Uint32Array,
  others: { rows: Uint32Array; told: (row: number, value: number) => void } | null = null,
): Leaf[] {
  const leaves: Leaf[] = [];
  const grow = (own: Uint32Array, along: Uint32Array, left: number, low: Float64Array, high: Float64Array) => {
    const split = left > 0 && own.length >= 2 * least ? bestSplit(columns, targets, own, least) : null;
    if (!split) {
      const value = own.reduce((sum, row) => sum + targets[row], 0) / own.length;
      leaves.push({ low, high, value });
      for (const row of along) others?.told(row, value);
      return;
    }
    const { axis, cut } = split;
    const { bins, borders } = columns[axis];
    const [middle, alongMiddle] = [partition(own, bins, cut), partition(along, bins, cut)];
    const [highLeft, lowRight] = [Float64Array.from(high), Float64Array.from(low)];
    highLeft[axis] = lowRight[axis] = borders[cut];
    grow(own.subarray(0, middle), along.subarray(0, alongMiddle), left - 1, low, highLeft);
    grow(own.subarray(middle), along.subarray(alongMiddle), left - 1, lowRight, high);
  };
  grow(
    rows,
    others?.rows ?? new Uint32Array(),
    depth,
    new Float64Array(columns.length),
    Float64Array.from(columns, ({ extent }) => extent),
  );
  return leaves;
}

/** Those of the bins up to `cut` come first; how many they are. */
function partition(rows: Uint32Array, bins: Uint8Array, cut: number): number {
  let middle = 0;
  for (let i = 0; i < rows.length; i++) {
    if (bins[rows[i]] > cut) continue;
    const swap = rows[i];
    rows[i] = rows[middle];
    rows[middle++] = swap;
  }
  return middle;
}

const sums = new Float64Array(MOST_BORDERS + 1);
const counts = new Uint32Array(MOST_BORDERS + 1);

/** The axis and the last bin of the left side; null where nothing is gained. */
function bestSplit(columns: readonly Binned[], targets: Float64Array, rows: Uint32Array, least: number) {
  const n = rows.length;
  const total = rows.reduce((sum, row) => sum + targets[row], 0);
  const base = total ** 2 / n;
  let best: { axis: number; cut: number } | null = null;
  let most = 1e-12 * Math.abs(base);
  columns.forEach(({ bins, borders }, axis) => {
    sums.fill(0);
    counts.fill(0);
    for (let i = 0; i < n; i++) {
      const row = rows[i];
      sums[bins[row]] += targets[row];
      counts[bins[row]]++;
    }
    let [sum, count] = [0, 0];
    for (let cut = 0; cut < borders.length; cut++) {
      sum += sums[cut];
      count += counts[cut];
      if (count < least || n - count < least) continue;
      const gain = sum ** 2 / count + (total - sum) ** 2 / (n - count) - base;
      if (gain > most) [best, most] = [{ axis, cut }, gain];
    }
  });
  return best as { axis: number; cut: number } | null;
}
