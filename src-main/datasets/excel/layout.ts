import { looksLikeHeader } from '../csv/sniff.ts';

export type Cells = readonly (string | null)[];

export interface SheetLayout {
  /** Rows that come before the table: a title, a date. */
  skipped: number;
  /** The names, where the table's first row has them; else null. */
  header: string[] | null;
}

/** A table begins within so many rows. */
const maxTitleRows = 20;

const filled = (row: Cells): number => row.reduce((count, cell) => count + (cell === null ? 0 : 1), 0);

/** Where a sheet's table begins, and whether with names, told by its first rows (empty ones left out). */
export function sheetLayout(rows: readonly Cells[]): SheetLayout {
  const counts = rows.map(filled).sort((a, b) => a - b);
  // A title takes a cell or two; most rows of a table have most of their cells.
  const typical = counts[counts.length >> 1] ?? 0;
  const start = rows.slice(0, maxTitleRows).findIndex((row) => filled(row) >= typical * 0.6);
  const skipped = Math.max(0, start);
  const body = rows.slice(skipped);
  if (body.length === 0) return { skipped, header: null };
  const width = Math.max(...body.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, i) => i);
  // Empty columns, to the left or between, say nothing about names.
  const used = columns.filter((i) => body.some((row) => (row[i] ?? null) !== null));
  const [first, ...rest] = body.map((row) => used.map((i) => row[i] ?? ''));
  return { skipped, header: looksLikeHeader(first, rest) ? columns.map((i) => body[0][i] ?? '') : null };
}
