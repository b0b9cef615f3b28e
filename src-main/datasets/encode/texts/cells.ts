import type { DuckDBConnection } from '@duckdb/node-api';
import { wellFormed } from '../../../tokenizers/letters.ts';
import { readCell } from '../../cells.ts';
import { eachRow, type ColumnSql } from '../../duck.ts';

/** A text as every tokenizer gets it: trimmed, '' where it is missing, without NUL (at which ONNX Runtime's strings end). */
const textCell = (raw: string | null | undefined): string =>
  readCell(wellFormed((raw ?? '').replaceAll('\0', ' '))) ?? '';

/** Several texts of one sample are one, each from a new line on. */
export const betweenTexts = '\n';
export const joinTexts = (cells: readonly (string | null | undefined)[]): string =>
  cells.map(textCell).join(betweenTexts);

/** Each sample's text, in the order of `relation`; that of a Parquet file is the samples'. */
export async function eachText(
  connection: DuckDBConnection,
  relation: string,
  sql: ColumnSql,
  columns: readonly string[],
  visit: (sample: number, text: string) => void,
): Promise<void> {
  const query = `SELECT file_row_number::INTEGER, ${columns.map(sql).join(', ')} FROM ${relation}`;
  await eachRow(connection, query, (sample, values, row) => {
    visit(sample, joinTexts(columns.map((_, c) => values[c + 1].getItem(row) as string | null)));
  });
}
