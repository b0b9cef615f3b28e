import { looksLikeHeader } from '../csv/sniff.ts';
import type { Merge } from './merged.ts';

export type Cells = readonly (string | null)[];

/** A row that is not empty, and its number in the sheet. */
export interface SheetRow {
  cells: Cells;
  row: number;
}

export interface SheetLayout {
  /** Rows that come before the table: a title, a date. */
  skipped: number;
  /** Rows that are names: above the last of them stand those of groups of columns, which are joined with theirs ("2026 Sales"). */
  headings: number;
  /** The names, where the table's first row has them; else null. */
  header: string[] | null;
}

/** A table begins within so many rows. */
const maxTitleRows = 20;
const mostHeadings = 4;

const filled = (row: Cells): number => row.reduce((count, cell) => count + (cell === null ? 0 : 1), 0);

/** Where a sheet's table begins, and whether with names, told by its first rows (empty ones left out). */
export function sheetLayout(rows: readonly SheetRow[], merges: readonly Merge[] = []): SheetLayout {
  const counts = rows.map(({ cells }) => filled(cells)).sort((a, b) => a - b);
  // A title takes a cell or two; most rows of a table have most of their cells.
  const typical = counts[counts.length >> 1] ?? 0;
  const start = rows.slice(0, maxTitleRows).findIndex(({ cells }) => filled(cells) >= typical * 0.6);
  const begin = Math.max(0, start);
  return grouped(rows, begin, merges) ?? plain(rows, begin);
}

function plain(rows: readonly SheetRow[], skipped: number): SheetLayout {
  const body = rows.slice(skipped);
  const header = body.length === 0 ? null : namesOf(body, body[0].cells);
  return { skipped, headings: header ? 1 : 0, header };
}

/** With headings above one another; null where nothing tells that there are. */
function grouped(rows: readonly SheetRow[], begin: number, merges: readonly Merge[]): SheetLayout | null {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length));
  // A title's cell goes over all columns, a group's over some.
  const groupsIn = ({ row, cells }: SheetRow): Merge[] =>
    merges.filter(
      ({ top, left, right }) =>
        top === row && right > left && right - left + 1 < width && (cells[left - 1] ?? null) !== null,
    );
  let [top, last] = [begin, begin];
  while (top > 0 && begin - top < mostHeadings && groupsIn(rows[top - 1]).length > 0) top--;
  while (last - begin < mostHeadings && last + 1 < rows.length && groupsIn(rows[last]).length > 0) last++;
  if (top === last) return null;
  const names = Array.from({ length: width }, (): string[] => []);
  for (const one of rows.slice(top, last + 1)) {
    const cells = Array.from({ length: width }, (_, i) => one.cells[i] ?? null);
    for (const { left, right } of groupsIn(one)) cells.fill(cells[left - 1], left - 1, right);
    // Merged downwards it is one heading.
    names.forEach((parts, i) => cells[i] && parts.at(-1) !== cells[i] && parts.push(cells[i]));
  }
  const joined = names.map((parts) => parts.join(' '));
  const header = namesOf([{ cells: joined, row: rows[last].row }, ...rows.slice(last + 1)], joined);
  return header && { skipped: top, headings: last + 1 - top, header };
}

/** The names of all columns where `first` has some. */
function namesOf(body: readonly SheetRow[], first: Cells): string[] | null {
  const width = Math.max(...body.map(({ cells }) => cells.length));
  const columns = Array.from({ length: width }, (_, i) => i);
  // Empty columns, to the left or between, say nothing about names.
  const used = columns.filter((i) => body.some(({ cells }) => (cells[i] ?? null) !== null && cells[i] !== ''));
  const rest = body.slice(1).map(({ cells }) => used.map((i) => cells[i] ?? ''));
  const names = columns.map((i) => first[i] ?? '');
  return looksLikeHeader(
    used.map((i) => names[i]),
    rest,
  )
    ? names
    : null;
}
