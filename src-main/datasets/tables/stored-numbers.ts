/**
 * How a table version's Parquet keeps cells. Column i is `c${i}` where they are kept as text, `stored${i}` where all of them are numbers, and
 * `moment${i}` where all are dates or times, written in one way, so that the text can be made again from the value, letter for letter. The type
 * in the file tells the way:
 *
 * | type           | cells                                                    |
 * |----------------|----------------------------------------------------------|
 * | INTEGER        | whole numbers of at most 9 digits: 5, -12                |
 * | BIGINT         | whole numbers of at most 18 digits                       |
 * | DECIMAL(15, k) | k decimals in each: 5.10, 0.25                           |
 * | DECIMAL(16, k) | no zeros at the end, no point behind whole ones: 5, 0.25 |
 * | DECIMAL(17, k) | no zeros at the end but one after the point: 5.0, 0.25   |
 * | DATE           | 2024-02-29, from year 1 on                               |
 * | TIMESTAMP      | 2024-02-29 23:59:59                                      |
 *
 * A decimal has at most 15 digits: scaled up, a double holds each exactly, and its nearest double is the one that its text is read as.
 */
export type StoredNumber = { way: 'short' | 'whole' } | { way: 'fixed' | 'shortest' | 'pointed'; decimals: number };
export type StoredMoment = { way: 'date' } | { way: 'second' };
export type StoredCells = StoredNumber | StoredMoment;

export const mostShortDigits = 9;
export const mostWholeDigits = 18;
export const mostDecimalDigits = 15;
const widths = { fixed: mostDecimalDigits, shortest: 16, pointed: 17 };

const isMoment = (stored: StoredCells): stored is StoredMoment => stored.way === 'date' || stored.way === 'second';

export const storedName = (index: number): string => `stored${index}`;
export const momentName = (index: number): string => `moment${index}`;

/** A column with its type, as the file has it. */
export function storedColumn(index: number, stored: StoredCells | null): [name: string, type: string] {
  if (!stored) return [`c${index}`, 'VARCHAR'];
  return [isMoment(stored) ? momentName(index) : storedName(index), storedType(stored)];
}

export function storedType(stored: StoredCells): string {
  if (isMoment(stored)) return stored.way === 'date' ? 'DATE' : 'TIMESTAMP';
  if ('decimals' in stored) return `DECIMAL(${widths[stored.way]}, ${stored.decimals})`;
  return stored.way === 'short' ? 'INTEGER' : 'BIGINT';
}

/** A stored value, in any of the types above, as it was written. Its type is known when a statement is planned, and with it which of the cases it is. */
export const writtenSql = (stored: string): string => {
  const text = `CAST(${stored} AS VARCHAR)`;
  const isOf = (width: number): string => `starts_with(typeof(${stored}), 'DECIMAL(${width},')`;
  return `CASE WHEN ${isOf(widths.shortest)} THEN rtrim(rtrim(${text}, '0'), '.')
    WHEN ${isOf(widths.pointed)} THEN regexp_replace(rtrim(${text}, '0'), '[.]$', '.0') ELSE ${text} END`;
};

const anyColumn = '(?:[0-9]+)';

/** The rows of a file with all cells as text; `file` has `file_row_number`. What of it no statement asks for is not made. */
export function asText(file: string): string {
  const columns = `COLUMNS('^(?:(?:c|stored|moment)${anyColumn}|file_row_number)$')`;
  // COLUMNS wants to find at least one, so it is given one that is always there.
  const stored = `COLUMNS('^(?:(?:stored|moment)(${anyColumn})|file_row_number)$')`;
  return `(SELECT ${columns}, ${writtenSql(stored)} AS 'c\\1' FROM ${file})`;
}

/**
 * A relation in which some columns of a file (see `asText`) are all there are: of a thousand, DuckDB plans a statement about one of them in a
 * twentieth of the time. Other relations are as they were.
 */
export const ofColumns = (relation: string, indexes: readonly number[]): string =>
  relation.replaceAll(anyColumn, `(?:${indexes.join('|')})`);

/** As `ofColumns`, by what is asked of it: those columns that stand in one of these pieces of SQL. */
export const narrowed = (relation: string, ...sql: readonly string[]): string =>
  ofColumns(relation, [...new Set(sql.join(' ').match(/(?<=\b(?:c|stored|moment))\d+\b/g) ?? [])].map(Number));
