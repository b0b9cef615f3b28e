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

/** Whole decades around the data. */
export function logRange(low: number, high: number): AxisRange {
  const min = 10 ** Math.floor(Math.log10(low) + 1e-9);
  const max = 10 ** Math.ceil(Math.log10(high) - 1e-9);
  return { min, max: max > min ? max : min * 10, step: 1 };
}
