import { categoryWidth, featureCount, type CategoryEncoder, type NumberEncoder, type TableEncoder } from './encoder.ts';

/** Where each column's numbers stand within an encoded row. */
export interface Layout {
  width: number;
  numbers: { at: number; indicator: number }[];
  categories: number[];
}

export function layoutOf(encoder: TableEncoder): Layout {
  let at = encoder.numbers.length;
  const numbers = encoder.numbers.map((number, i) => ({ at: i, indicator: number.indicator ? at++ : -1 }));
  const categories = encoder.categories.map((category) => {
    const start = at;
    at += categoryWidth(category);
    return start;
  });
  return { width: featureCount(encoder), numbers, categories };
}

/**
 * Writes one number. `value` is a 32-bit float, NaN for missing; the arithmetic on it is in doubles, as in the exported graph,
 * so that both agree to the last bit.
 */
export function encodeNumber(
  { median, mean, std }: NumberEncoder,
  value: number,
  x: Float32Array,
  at: number,
  indicator: number,
): void {
  const missing = Number.isNaN(value);
  x[at] = ((missing ? median : value) - mean) / std;
  if (missing && indicator >= 0) x[indicator] = 1;
}

/** Writes one category into zeros. `code` is the value's index within `values`, -1 for one outside. */
export function encodeCategory(category: CategoryEncoder, code: number, x: Float32Array, at: number): void {
  if (category.indexed) x[at] = code + 1;
  else if (code >= 0) x[at + code] = 1;
  else if (category.other) x[at + category.values.length] = 1;
}

/** A column's number as the model sees it: a 32-bit float, NaN where missing or not a number. */
export const rawNumber = (value: number | null): number => {
  if (value === null) return NaN;
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) ? rounded : NaN;
};
