/** 1, 2 or 5 times a power of ten, so that about `ticks` of them fit in `span`. */
export function niceStep(span: number, ticks: number): number {
  if (!(span > 0)) return 1;
  const rough = span / Math.max(1, ticks);
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

export interface AxisRange {
  min: number;
  max: number;
  step: number;
}

/** A range around the data whose ends are ticks. */
export function niceRange(low: number, high: number, ticks = 5): AxisRange {
  if (low === high) {
    const around = low === 0 ? 1 : Math.abs(low) * 0.1;
    low -= around;
    high += around;
  }
  const step = niceStep(high - low, ticks);
  // Rounded to the step's own digits: 3 × 0.1 is 0.3.
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const tidy = (value: number) => (digits > 20 ? value : Number(value.toFixed(digits)));
  return { min: tidy(Math.floor(low / step) * step), max: tidy(Math.ceil(high / step) * step), step: tidy(step) };
}

/** Multiples of `step` from `low` to `high`. */
export function ticks(low: number, high: number, step: number): number[] {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const out: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    out.push(Number((i * step).toFixed(Math.min(20, digits))));
  return out;
}

/** About so many ticks between these; of what counts, whole ones. */
export function spread(from: number, to: number, count: number, whole = false): number[] {
  const step = niceStep(to - from, count);
  return ticks(from, to, whole ? Math.max(1, step) : step);
}

/** What stands at ticks: as `format` has it, unless it would call two of them the same. */
export function labelled(
  at: readonly number[],
  { format, exact }: { format: (value: number) => string; exact?: (value: number) => string },
): Map<number, string> {
  const words = at.map(format);
  const clear = !exact || new Set(words).size === words.length;
  return new Map(at.map((value, i) => [value, clear ? words[i] : exact(value)]));
}

/** From a 1, 2 or 5 times a power of ten below the data to one above it. */
export function logRange(low: number, high: number): AxisRange {
  const steps = [1, 2, 5, 10];
  const around = (value: number, pick: (candidates: number[]) => number) => {
    const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
    return pick(steps.map((step) => Number((step * power).toPrecision(6))));
  };
  const min = around(low, (all) => all.findLast((one) => one <= low * (1 + 1e-9)) ?? all[0]);
  const max = around(high, (all) => all.find((one) => one >= high * (1 - 1e-9)) ?? all[3]);
  return max > min ? { min, max, step: 1 } : { min: min / 2, max: max * 2, step: 1 };
}

/** Ticks between two ends that are no ticks themselves: the logarithmic ones, or of less than a decade the plain ones. */
export function logAxisTicks(low: number, high: number, most = 6): number[] {
  return high / low < 8 ? ticks(low, high, niceStep(high - low, most)) : logTicks(low, high);
}

/** 1, 2 and 5 times each power of ten, or the powers alone where those would crowd. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 2.5 ? [1] : decades > 1.2 ? [1, 3] : [1, 2, 5];
  const out: number[] = [];
  for (let power = Math.floor(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power++)
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(6));
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) out.push(value);
    }
  return out;
}
