/** Where a histogram's bars begin and end. */

export interface Bins {
  /** Ascending, bars + 1 of them. */
  edges: number[];
  integers: boolean;
}

const mostBars = 40;
/** A histogram that only shows how far away its outliers are is of no use: it then leaves them out, and says how many. */
const muchWider = 3;

/**
 * Bars of a round width for numbers between `min` and `max`. `sorted`: some of them, ascending, that tell where most lie; whole numbers
 * get bars of a whole width, and one each where there is room.
 */
export function chooseBins(sorted: Float64Array, min: number, max: number, integers: boolean): Bins {
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  let [low, high] = [min, max];
  if (sorted.length > 0) {
    const [inner, outer] = [at(0.005), at(0.995)];
    const room = (outer - inner) * muchWider || Infinity;
    if (max - min > room) {
      low = Math.max(min, inner - (outer - inner) * 0.1);
      high = Math.min(max, outer + (outer - inner) * 0.1);
    }
  }
  if (high <= low) return { edges: aroundOne(low, integers), integers };
  const step = integers
    ? high - low < mostBars
      ? 1
      : Math.max(1, roundNear((high - low) / barsFor(sorted, low, high)))
    : roundNear((high - low) / barsFor(sorted, low, high));
  const first = Math.floor(low / step);
  // Whole numbers' last bar has as many as the others: its upper edge is no more in it.
  const last = integers ? Math.floor(high / step) + 1 : Math.max(first + 1, Math.ceil(high / step));
  return { edges: Array.from({ length: last - first + 1 }, (_, i) => multiple(first + i, step)), integers };
}

/** Freedman and Diaconis (1981), within what can be drawn. */
function barsFor(sorted: Float64Array, low: number, high: number): number {
  const quartile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  const width = (2 * (quartile(0.75) - quartile(0.25))) / Math.cbrt(sorted.length);
  const bars = width > 0 ? (high - low) / width : mostBars;
  return Math.min(mostBars, Math.max(8, Math.ceil(bars)));
}

function aroundOne(value: number, integers: boolean): number[] {
  if (integers) return [value, value + 1];
  const half = value === 0 ? 0.5 : Math.abs(value) * 0.05;
  return [value - half, value + half];
}

/** 1, 2 or 5 times a power of ten, about as large as `width`. */
function roundNear(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const steps = [1, 2, 5, 10].map((digit) => multiple(digit, power));
  return steps.find((step) => step >= width * 0.63) ?? width;
}

/** n × step to the step's own digits: 3 × 0.1 is 0.3. */
function multiple(n: number, step: number): number {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(step)));
  return digits > 20 ? n * step : Number((n * step).toFixed(digits));
}

/** Each bar cut into so many equal parts, to tell quantiles by; whole numbers are not cut. */
export function partsOf({ edges, integers }: Bins): number {
  const width = edges[1] - edges[0];
  const most = Math.max(1, Math.floor(2000 / (edges.length - 1)));
  return integers ? Math.min(most, Math.max(1, divisor(width, most))) : most;
}

function divisor(width: number, most: number): number {
  for (let parts = Math.min(width, most); parts > 1; parts--) if (width % parts === 0) return parts;
  return 1;
}

/** The values below which these shares lie, from counts of equal parts between `edges`; in between them it is guessed linearly. */
export function quantilesOf(
  shares: readonly number[],
  counts: Float64Array,
  { edges, integers }: Bins,
  { below, min, max, total }: { below: number; min: number; max: number; total: number },
): { share: number; value: number }[] {
  const from = edges[0];
  const width = (edges[edges.length - 1] - from) / counts.length;
  return shares.map((share) => {
    const rank = share * (total - 1);
    let before = below;
    if (rank < before) return { share, value: min };
    for (let i = 0; i < counts.length; i++) {
      if (rank < before + counts[i]) {
        const within = (rank - before + 0.5) / counts[i];
        const whole = integers && width === 1;
        const value = from + (whole ? i : i + within) * width;
        return { share, value: Math.min(max, Math.max(min, integers ? Math.floor(value) : value)) };
      }
      before += counts[i];
    }
    return { share, value: max };
  });
}
