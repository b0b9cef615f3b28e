import { categoryWidth, type TableEncoder } from './encoder.ts';
import { layoutOf } from './row.ts';

/** A table's columns again, in the encoder's order; `decodeModel` does the same as ONNX. */
export interface DecodedColumns {
  count: number;
  /** 32-bit floats in the column's own unit; NaN for missing. */
  numbers: Float32Array[];
  /** '' for missing, `otherValue` for what the encoder has no place of its own for. */
  categories: string[][];
}

/** Stands for every value that shares the last place of a category. */
export const otherValue = '(other)';

/** Of an indicator, 0 … 1: from here on the value counts as missing. */
export const missingFrom = 0.5;

/** The inverse of encoding, for what a model gives back: rows near encoded ones, row-major. A category is where its block is highest. */
export function decodeTable(encoder: TableEncoder, encoded: Float32Array): DecodedColumns {
  const layout = layoutOf(encoder);
  const count = layout.width === 0 ? 0 : encoded.length / layout.width;
  const rows = Array.from({ length: count }, (_, row) => row * layout.width);
  return {
    count,
    numbers: encoder.numbers.map(({ mean, std }, i) => {
      const { at, indicator } = layout.numbers[i];
      const missing = (row: number): boolean => indicator >= 0 && encoded[row + indicator] >= missingFrom;
      return Float32Array.from(rows, (row) => (missing(row) ? NaN : encoded[row + at] * std + mean));
    }),
    categories: encoder.categories.map((category, i) => {
      const start = layout.categories[i];
      const width = categoryWidth(category);
      return rows.map((row) => {
        let best = 0;
        for (let k = 1; k < width; k++) if (encoded[row + start + k] > encoded[row + start + best]) best = k;
        return category.values[best] ?? otherValue;
      });
    }),
  };
}
