import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { finiteSql, numberSql, sqlText } from '../cells.ts';
import { columnSql, eachRow, float64sOf, parquetSql, rowsOf } from '../duck.ts';
import { narrowed } from '../tables/stored-numbers.ts';

/** When each sample is of, as a number that grows with time: seconds since 1970 (dates without a zone are taken as UTC), or the column's own. NaN: the cell is missing. */
export interface Times {
  values: Float64Array;
  dates: boolean;
  missing: number;
}

type DayOrder = 'day-first' | 'month-first';

/** How dates are written, likeliest first. ISO 8601 and what PostgreSQL takes is one cast; of the others each pattern may be followed by a time of day. */
const clocks = ['', ' %H:%M', ' %H:%M:%S', ' %I:%M %p', ' %I:%M:%S %p'];
const withClocks = (...days: string[]): string[] => days.flatMap((day) => clocks.map((clock) => day + clock));
const layouts: readonly { name: string; patterns: readonly string[]; order?: DayOrder }[] = [
  { name: 'iso', patterns: [] },
  { name: 'day/month/year', order: 'day-first', patterns: withClocks('%d/%m/%Y', '%d-%m-%Y', '%d/%m/%y', '%d-%m-%y') },
  {
    name: 'month/day/year',
    order: 'month-first',
    patterns: withClocks('%m/%d/%Y', '%m-%d-%Y', '%m/%d/%y', '%m-%d-%y'),
  },
  { name: 'day.month.year', patterns: withClocks('%d.%m.%Y', '%d.%m.%y') },
  {
    name: 'year month day',
    patterns: [...withClocks('%Y年%m月%d日', '%Y.%m.%d', '%Y%m%d'), '%Y-%m', '%Y/%m', '%Y年%m月', '%Y%m%dT%H%M%S'],
  },
  { name: 'day month-name year', patterns: withClocks('%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%b-%y', '%d. %B %Y') },
  {
    name: 'month-name day, year',
    patterns: withClocks('%b %d, %Y', '%B %d, %Y', '%b %d %Y', '%B %d %Y', '%b %Y', '%B %Y'),
  },
  { name: 'mail', patterns: ['%a, %d %b %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S %z', '%a %b %d %H:%M:%S %Y'] },
];

const secondsSql = (cell: string, { patterns }: (typeof layouts)[number]): string => {
  if (patterns.length > 0) return `epoch(try_strptime(${cell}, [${patterns.map(sqlText).join(', ')}]))`;
  const instant = `TRY_CAST(${cell} AS TIMESTAMPTZ)`;
  return `if(isfinite(${instant}), epoch(${instant}), NULL)`;
};

const lookAt = 20_000;
const examples = 5;

/** Throws `unknown_column`, `unreadable_dates` (with how many and some of them), `ambiguous_dates`. */
export async function readTimes(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  name: string,
  order?: DayOrder,
): Promise<Times> {
  const cell = columnSql(manifest)(name);
  const table = narrowed(parquetSql(blobs, manifest.blobs.table!), cell);
  const column = manifest.columns.find((each) => each.name === name)!;
  const seconds = await howWritten(connection, table, column, cell, order);
  const value = seconds ?? finiteNumberSql(cell, column);
  const values = new Float64Array(manifest.samples).fill(NaN);
  const query = `SELECT file_row_number::INTEGER, coalesce((${value})::DOUBLE, 'nan'::DOUBLE) FROM ${table} WHERE ${cell} IS NOT NULL`;
  let present = 0;
  let unread = 0;
  await eachRow(connection, query, (sample, columns, r) => {
    present++;
    values[sample] = float64sOf(columns[1])[r];
    if (Number.isNaN(values[sample])) unread++;
  });
  if (unread > 0) throw await unreadable(connection, table, name, cell, value, unread, present);
  return { values, dates: seconds !== null, missing: manifest.samples - present };
}

/** Whether the first cells that are there are dates, all but one in twenty of them. */
export async function looksLikeDates(connection: DuckDBConnection, table: string, cell: string): Promise<boolean> {
  const { present, counts } = await countLayouts(
    connection,
    `(SELECT ${cell} AS v FROM ${narrowed(table, cell)} WHERE ${cell} IS NOT NULL LIMIT 1000)`,
  );
  return present > 0 && Math.max(...counts) >= 0.95 * present;
}

/** The SQL that reads the column's dates, or null where it holds plain numbers. */
async function howWritten(
  connection: DuckDBConnection,
  table: string,
  column: Column,
  cell: string,
  order?: DayOrder,
): Promise<string | null> {
  const compact = column.min !== undefined && column.min >= 19_000_101 && (column.max ?? 0) <= 22_001_231;
  if (column.type === 'number' && !compact) return null;
  const first = `(SELECT ${cell} AS v FROM ${table} WHERE ${cell} IS NOT NULL LIMIT ${lookAt})`;
  const { present, counts } = await countLayouts(connection, first);
  const [{ numbers }] = await rowsOf(
    connection,
    `SELECT count(${finiteNumberSql('v', column)}) AS numbers FROM ${first}`,
  );
  const most = Math.max(...counts);
  if (most < present && Number(numbers) > most) return null;
  const best = layouts[counts.indexOf(most)];
  if (!best.order) return secondsSql(cell, best);
  // Of a few dates all days may be under 13: only the whole column tells, or a person.
  const [day, month] = layouts.filter((each) => each.order);
  const [{ days, months }] = await rowsOf(
    connection,
    `SELECT count(${secondsSql(cell, day)}) AS days, count(${secondsSql(cell, month)}) AS months FROM ${table}`,
  );
  if (order) return secondsSql(cell, order === 'day-first' ? day : month);
  if (days === months) {
    throw new AtelierError(
      'ambiguous_dates',
      `The dates in "${column.name}" can be read as day/month and as month/day: no day is above the 12th. Say which comes first.`,
    );
  }
  return secondsSql(cell, Number(days) > Number(months) ? day : month);
}

async function countLayouts(
  connection: DuckDBConnection,
  values: string,
): Promise<{ present: number; counts: number[] }> {
  const counts = layouts.map((layout, i) => `count(${secondsSql('v', layout)}) AS n${i}`);
  const [row] = await rowsOf(connection, `SELECT count(*) AS present, ${counts.join(', ')} FROM ${values}`);
  return { present: Number(row.present), counts: layouts.map((_, i) => Number(row[`n${i}`])) };
}

const finiteNumberSql = (cell: string, { decimalComma }: Column): string =>
  finiteSql(`(${numberSql(cell, decimalComma ?? false)})`);

async function unreadable(
  connection: DuckDBConnection,
  table: string,
  name: string,
  cell: string,
  value: string,
  unread: number,
  present: number,
): Promise<AtelierError> {
  const rows = await rowsOf(
    connection,
    `SELECT file_row_number AS sample, left(${cell}, 60) AS v FROM ${table} WHERE ${cell} IS NOT NULL AND (${value}) IS NULL ORDER BY 1 LIMIT ${examples}`,
  );
  const some = rows.map((row) => `"${String(row.v)}" (sample ${Number(row.sample) + 1})`).join(', ');
  const whole = unread === present;
  return new AtelierError(
    'unreadable_dates',
    `${whole ? `None of the ${present} values` : `${unread} of the ${present} values`} in "${name}" can be read as a date or a number: ${some}${unread > rows.length ? ', …' : ''}. ${whole ? 'Choose another column' : 'Correct them in the source and import it again'}, or divide in another way.`,
  );
}
