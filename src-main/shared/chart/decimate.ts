export interface Slice {
  x: number[];
  y: number[];
  /** Fewer points than there are: each pixel keeps its first, lowest, highest and last. */
  sampled: boolean;
}

/** The first place whose value is not below `target`, in an ascending list. */
export function lowerBound(list: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first place above 0, in an ascending list: as many are not. */
export const firstPositive = (list: ArrayLike<number>): number => lowerBound(list, Number.MIN_VALUE);

/** The place whose value is nearest; -1 in an empty list. */
export function nearest(list: ArrayLike<number>, target: number): number {
  const at = lowerBound(list, target);
  if (at === 0) return list.length > 0 ? 0 : -1;
  if (at === list.length) return at - 1;
  return target - list[at - 1] <= list[at] - target ? at - 1 : at;
}

/**
 * What is worth drawing of (x, y) between `from` and `to` on a plot `pixels` wide. x ascends. One point beyond each end
 * is kept, so that the line runs to the edge. The extremes of what is in sight are exact at every zoom. On a logarithmic axis nothing
 * at or below 0 has a place; `from` is above it.
 */
export function decimate(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  pixels: number,
  log = false,
): Slice {
  const start = Math.max(log ? firstPositive(x) : 0, lowerBound(x, from) - 1);
  let end = lowerBound(x, to);
  while (end < x.length && x[end] === to) end++;
  end = Math.min(x.length, end + 1);
  const count = end - start;
  const buckets = Math.max(1, Math.floor(pixels));
  const out: Slice = { x: [], y: [], sampled: count > buckets * 4 };
  if (!out.sampled) {
    for (let i = start; i < end; i++) {
      out.x.push(x[i]);
      out.y.push(y[i]);
    }
    return out;
  }
  const scaled = log ? Math.log : (value: number) => value;
  const origin = scaled(from);
  const width = (scaled(to) - origin) / buckets || 1;
  const put = (i: number) => {
    out.x.push(x[i]);
    out.y.push(y[i]);
  };
  let i = start;
  while (i < end) {
    const bucket = Math.floor((scaled(x[i]) - origin) / width);
    const first = i;
    let low = i;
    let high = i;
    while (i < end && Math.floor((scaled(x[i]) - origin) / width) === bucket) {
      // A value that is not a number never wins, and never hides one that is.
      if (y[i] < y[low] || Number.isNaN(y[low])) low = i;
      if (y[i] > y[high] || Number.isNaN(y[high])) high = i;
      i++;
    }
    const last = i - 1;
    let before = -1;
    for (const at of [first, Math.min(low, high), Math.max(low, high), last]) {
      if (at !== before) put(at);
      before = at;
    }
  }
  return out;
}

/** Lowest and highest y between `from` and `to`, of finite values only; null where there are none. */
export function extent(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  positive = false,
): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (let i = lowerBound(x, from); i < x.length && x[i] <= to; i++) {
    const value = y[i];
    if (!Number.isFinite(value) || (positive && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}
