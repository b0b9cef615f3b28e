import { categoryWidth, featureCount, type TableEncoder } from './encoder.ts';

/**
 * Writes one encoded row. `numbers` are raw 32-bit floats with NaN for missing, in the encoder's order; `codes` the index of each category's
 * value within its `values`, -1 for one outside. The arithmetic is in doubles on 32-bit floats, as in the exported graph, so both agree to the last bit.
 */
export function encodeRow(
  encoder: TableEncoder,
  numbers: ArrayLike<number>,
  codes: ArrayLike<number>,
  x: Float32Array,
  offset: number,
): void {
  const count = encoder.numbers.length;
  let at = offset + count;
  for (let i = 0; i < count; i++) {
    const { median, mean, std, indicator } = encoder.numbers[i];
    const missing = Number.isNaN(numbers[i]);
    x[offset + i] = ((missing ? median : numbers[i]) - mean) / std;
    if (indicator) x[at++] = missing ? 1 : 0;
  }
  for (let i = 0; i < encoder.categories.length; i++) {
    const category = encoder.categories[i];
    if (codes[i] >= 0) x[at + codes[i]] = 1;
    else if (category.other) x[at + category.values.length] = 1;
    at += categoryWidth(category);
  }
}

/** A column's number as the model sees it: a 32-bit float, NaN where missing or not a number. */
export const rawNumber = (value: number | null): number => {
  if (value === null) return NaN;
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) ? rounded : NaN;
};

export const newFeatures = (encoder: TableEncoder, rows: number): Float32Array =>
  new Float32Array(rows * featureCount(encoder));
