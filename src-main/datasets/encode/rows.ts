import { AtelierError } from '../../shared/errors.ts';
import { parseNumber, readCell } from '../cells.ts';
import type { TableEncoder, TargetEncoder } from './encoder.ts';
import { encodeCategory, encodeNumber, layoutOf, rawNumber } from './row.ts';
import { indicesOf } from './targets.ts';

/** A table's rows as they enter an exported model: one column of 32-bit floats (NaN missing) or strings ('' missing) per feature. */
export interface RawColumns {
  count: number;
  numbers: Float32Array[];
  categories: string[][];
}

/**
 * Reads raw rows (as `predict` finds them in a CSV file, or as stored) into the columns that the encoder uses.
 * Throws `missing_columns` if `columnNames` lacks one.
 */
export function rawColumns(encoder: TableEncoder, rows: (string | null)[][], columnNames: string[]): RawColumns {
  const at = columnIndexes(encoder, columnNames);
  return {
    count: rows.length,
    numbers: encoder.numbers.map(({ decimalComma }, i) =>
      Float32Array.from(rows, (row) => {
        const text = cell(row[at.numbers[i]]);
        return text === null ? NaN : rawNumber(parseNumber(text, decimalComma));
      }),
    ),
    categories: encoder.categories.map((_, i) => rows.map((row) => cell(row[at.categories[i]]) ?? '')),
  };
}

/**
 * Encodes raw rows exactly as training does. `y`: class index (-1 unknown or missing), or the standardised target (NaN missing);
 * empty where no target is learnt.
 */
export function encodeTableRows(
  encoder: TableEncoder,
  rows: (string | null)[][],
  columnNames: string[],
): { x: Float32Array; y: Int32Array | Float32Array } {
  const raw = rawColumns(encoder, rows, columnNames);
  const layout = layoutOf(encoder);
  const x = new Float32Array(rows.length * layout.width);
  for (const [i, number] of encoder.numbers.entries()) {
    const { at, indicator } = layout.numbers[i];
    raw.numbers[i].forEach((value, r) => {
      const base = r * layout.width;
      encodeNumber(number, value, x, base + at, indicator < 0 ? -1 : base + indicator);
    });
  }
  for (const [i, category] of encoder.categories.entries()) {
    const codes = new Map(category.values.map((value, code) => [value, code]));
    raw.categories[i].forEach((value, r) => {
      encodeCategory(category, codes.get(value) ?? -1, x, r * layout.width + layout.categories[i]);
    });
  }
  return { x, y: encoder.target ? encodeTargets(encoder.target, rows, columnNames) : new Int32Array() };
}

/** Without a target column (predicting), all are unknown. */
function encodeTargets(
  target: TargetEncoder,
  rows: (string | null)[][],
  columnNames: string[],
): Int32Array | Float32Array {
  const at = columnNames.indexOf(target.column);
  if (target.task === 'classification') {
    const index = new Map(target.classes.map((name, i) => [name, i]));
    return Int32Array.from(rows, (row) => index.get(cell(row[at]) ?? '') ?? -1);
  }
  if (target.task === 'multi-label') {
    const index = new Map(target.classes.map((name, i) => [name, i]));
    const width = target.classes.length;
    const y = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      for (const c of indicesOf(cell(row[at]) ?? '', target.separator, index)) y[i * width + c] = 1;
    });
    return y;
  }
  return Float32Array.from(rows, (row) => {
    const text = cell(row[at]);
    const value = text === null ? null : parseNumber(text, target.decimalComma);
    return value === null ? NaN : (rawNumber(value) - target.mean) / target.std;
  });
}

const cell = (raw: string | null | undefined): string | null =>
  raw === null || raw === undefined ? null : readCell(raw);

function columnIndexes(encoder: TableEncoder, names: string[]): { numbers: number[]; categories: number[] } {
  const index = new Map(names.map((name, i) => [name, i]));
  checkColumns(encoder, names);
  return {
    numbers: encoder.numbers.map(({ column }) => index.get(column)!),
    categories: encoder.categories.map(({ column }) => index.get(column)!),
  };
}

/** Throws `missing_columns`, naming those the model needs and the data lacks. */
export function checkColumns(encoder: TableEncoder, names: string[]): void {
  const here = new Set(names);
  const missing = [...encoder.numbers, ...encoder.categories]
    .map(({ column }) => column)
    .filter((name) => !here.has(name));
  if (missing.length === 0) return;
  throw new AtelierError(
    'missing_columns',
    `The data lacks ${missing.length === 1 ? 'a column' : `${missing.length} columns`} that the model was trained on: ${missing.slice(0, 10).join(', ')}. Use data with the same column names.`,
    [`columns found: ${names.join(', ')}`],
  );
}
