import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../shared/dataset.ts';
import { finiteSql, guardedNumberSql, largestNumber, numberSql, quickNumberFailsSql, quickNumberSql } from './cells.ts';
import { rowsOf } from './duck.ts';
import { findRepeating, inTurn, lookAtFirstRows, selectFacts, type Counted, type FirstRows } from './first-rows.ts';
import { valuesIn } from './tables/number-cells.ts';
import { momentName, ofColumns, storedName } from './tables/stored-numbers.ts';

/** What is counted of a column before its type is decided. */
export interface ColumnFacts {
  rows: number;
  present: number;
  distinct: number;
  /** Cells that are numbers, written with a decimal point and with a decimal comma. */
  numbers: number;
  commaNumbers: number;
  integers: boolean;
  min: number | null;
  max: number | null;
  mean: number | null;
  /** In characters; 0 where all are numbers, as is not asked for then. */
  meanLength: number;
  /** 1 where all are numbers. */
  meanWords: number;
  /** The most frequent values, where they were counted. */
  top?: NonNullable<Column['top']>;
}

/** Exact counting of distinct values holds them all in memory; past this many rows an estimate does for a column whose first rows do not repeat. */
const exactDistinctRows = 250_000;

/** Of the values one in so many is counted for an estimate. */
const oneIn = 16;
/**
 * An estimate of how many distinct values there are: those whose hash falls into one part of sixteen are counted exactly. Of d values it is wrong
 * by a standard deviation of √(15 / d): 2.7 % of 20,000, 0.4 % of a million. That takes half of the time, and a tenth of the error, of DuckDB's
 * own `approx_count_distinct`.
 */
const roughDistinctSql = (value: string): string =>
  `${oneIn} * count(DISTINCT hash(${value})) FILTER (${value} IS NOT NULL AND hash(${value}) < ${2n ** 64n / BigInt(oneIn)})`;
/**
 * Counts columns of a table; `c${i}` are theirs, beside `file_row_number`. `plainNumbers`: no cell holds "_" or "+", and need not be asked whether
 * it is one of the numbers that only DuckDB takes for such.
 */
export async function countColumns(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  plainNumbers = false,
): Promise<ColumnFacts[]> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${ofColumns(table, [])}`);
  const rows = Number(n);
  const counting = { connection, rows, plainNumbers, facts: new Map<number, ColumnFacts>() };
  const { numbers, moments } = await valuesIn(connection, ofColumns(table, indexes));
  const many = rows > exactDistinctRows;
  for (const some of inTurn(indexes.filter((i) => numbers.has(i)))) await countStored(counting, table, some, many);
  for (const some of inTurn(indexes.filter((i) => moments.has(i)))) await countMoments(counting, table, some, many);
  const written = indexes.filter((i) => !numbers.has(i) && !moments.has(i));
  const first = await lookAtFirstRows(connection, table, written, many);
  for (const i of first.repeating) {
    // Each value once, with how often it is there: next to free, since Parquet and DuckDB keep such columns so.
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE counted_values AS SELECT c${i}, count(*) AS n FROM ${ofColumns(table, [i])} WHERE c${i} IS NOT NULL GROUP BY 1`,
    );
    await count(counting, 'counted_values', [i], byValue, first);
    counting.facts.get(i)!.top = await topValues(connection, `(SELECT c${i} AS value, n FROM counted_values)`);
    await connection.run('DROP TABLE counted_values');
  }
  const by = many ? roughly : exactly;
  for (const some of inTurn(written.filter((i) => !first.repeating.has(i)))) {
    await count(counting, table, some, by, first);
  }
  return indexes.map((i) => counting.facts.get(i)!);
}

const topCount = 20;
/** The most frequent of a column's values; `counts`: see `cellCountsSql`. */
export async function topValues(connection: DuckDBConnection, counts: string): Promise<NonNullable<Column['top']>> {
  const top = await rowsOf(connection, `SELECT value, n FROM ${counts} ORDER BY n DESC, value LIMIT ${topCount}`);
  return top.map((row) => ({ value: String(row.value), count: Number(row.n) }));
}

/** How a column's cells are counted: one by one, or by value, `n` being how often each is there. */
interface Way {
  columns: string;
  /** Cells that are there, and those of which something holds. */
  present(value: string): string;
  count(condition: string): string;
  /** `number`: the cell as a number, where all are. */
  distinct(column: string, number?: string): string;
  mean(value: string): string;
  /** Of which cells blanks are counted. */
  some: string;
}
const oneByOne = {
  columns: '',
  present: (value: string) => `count(${value})`,
  count: (condition: string) => `count_if(${condition})`,
  mean: (value: string) => `avg(${value})`,
  some: '',
};
const exactly: Way = { ...oneByOne, distinct: (column) => `count(DISTINCT ${column})` };
const roughly: Way = {
  ...oneByOne,
  // A number is hashed in half of the time that its letters take.
  distinct: (column, number = column) => roughDistinctSql(number),
  some: 'WHERE file_row_number % 16 = 0',
};
const byValue: Way = {
  columns: 'n, ',
  present: (value) => `coalesce(sum(n) FILTER (${value} IS NOT NULL), 0)`,
  count: (condition) => `coalesce(sum(n) FILTER (${condition}), 0)`,
  distinct: (column) => `count(${column})`,
  mean: (value) => `sum((${value}) * n) / sum(n) FILTER ((${value}) IS NOT NULL)`,
  some: '',
};

interface Counting {
  connection: DuckDBConnection;
  rows: number;
  plainNumbers: boolean;
  facts: Map<number, ColumnFacts>;
}

/**
 * What is needed of every column in one scan; others of those in which something is no plain number: grouped digits, decimal commas, and what
 * tells texts apart.
 */
async function count(
  { connection, rows, plainNumbers, facts }: Counting,
  table: string,
  indexes: readonly number[],
  way: Way,
  { numeric, broken }: FirstRows,
): Promise<void> {
  const scanned = (some: readonly number[], form: (i: number) => Form, more: (i: number) => string[]) =>
    scan(connection, table, some, way, form, broken, more);
  const value = (from: Counted, key: string): number => Number(from[key] ?? 0);
  const signs = (i: number): string[] => [
    `${way.count(`contains(c${i}, ' ')`)} AS spaced${i}`,
    `${way.count(`contains(c${i}, ',')`)} AS commas${i}`,
  ];
  // Of all cells, since they are read once anyhow.
  const lengths = (i: number): string[] => [`coalesce(${way.mean(`length(c${i})`)}, 0) AS length${i}`];
  const first = await scanned(
    indexes,
    (i) => (numeric.has(i) ? 'quick' : 'guarded'),
    (i) => [
      `${way.present(`c${i}`)} AS present${i}`,
      ...(numeric.has(i)
        ? [
            `${way.distinct(`c${i}`, `n${i}`)} AS distinct${i}`,
            ...(plainNumbers ? [] : [`coalesce(${way.count(quickNumberFailsSql(`c${i}`))}, 0) AS failed${i}`]),
          ]
        : [`${way.distinct(`c${i}`)} AS distinct${i}`, ...signs(i), ...lengths(i)]),
    ],
  );
  // Casting alone takes what is no number, or none that a 32-bit float holds.
  const beyond = (key: string): boolean => first[key] !== null && !(Math.abs(value(first, key)) < largestNumber);
  const doubtful = indexes.filter(
    (i) =>
      numeric.has(i) &&
      (value(first, `failed${i}`) > 0 ||
        value(first, `numbers${i}`) < value(first, `present${i}`) ||
        beyond(`min${i}`) ||
        beyond(`max${i}`)),
  );
  if (doubtful.length > 0) {
    const again = await scanned(
      doubtful,
      () => 'point',
      (i) => [`${way.distinct(`c${i}`)} AS distinct${i}`, ...signs(i), ...lengths(i)],
    );
    Object.assign(first, again);
  }
  const words = indexes.filter((i) => value(first, `numbers${i}`) < value(first, `present${i}`));
  const spaced = words.filter((i) => value(first, `spaced${i}`) > 0);
  const blanks =
    spaced.length === 0
      ? {}
      : await selectFacts(connection, `${table} ${way.some}`, spaced, (i) => [
          `coalesce(${way.mean(`length(c${i}) - length(replace(c${i}, ' ', ''))`)}, 0) AS blanks${i}`,
        ]);
  const commas = words.filter((i) => value(first, `commas${i}`) > 0);
  const second =
    commas.length === 0
      ? {}
      : await scan(
          connection,
          table,
          commas,
          way,
          () => 'comma',
          nothing,
          () => [],
        );
  for (const i of indexes) {
    const commaNumbers = value(second, `numbers${i}`);
    const numbers = value(first, `numbers${i}`);
    const from = commaNumbers > numbers ? second : first;
    const known = (key: string): number | null => (from[key] === null ? null : Number(from[key]));
    const present = value(first, `present${i}`);
    const [integers, min, max] = [from[`integers${i}`] === true, known(`min${i}`), known(`max${i}`)];
    const distinct = Math.min(value(first, `distinct${i}`), present);
    const numbering = min !== null && max !== null && isNumbering(integers, min, max, present, distinct);
    facts.set(i, {
      rows,
      present,
      distinct: way === roughly && numbering ? present : distinct,
      numbers,
      commaNumbers,
      integers,
      min,
      max,
      mean: known(`mean${i}`),
      meanLength: numbers < present ? value(first, `length${i}`) : 0,
      meanWords: value(blanks, `blanks${i}`) + 1,
    });
  }
}

/** Columns that are kept as numbers. */
async function countStored(
  { connection, rows, facts }: Counting,
  table: string,
  indexes: readonly number[],
  many: boolean,
): Promise<void> {
  const repeating = new Set(many ? await findRepeating(connection, table, indexes, storedName) : indexes);
  // Decimals are rounded slowly, and mostly the first ones tell.
  const broken = await selectFacts(connection, `(FROM ${table} LIMIT 1000)`, indexes, (i) => [
    `coalesce(bool_or(${storedName(i)} <> floor(${storedName(i)})), false) AS broken${i}`,
  ]);
  const found = await selectFacts(connection, table, indexes, (i) => {
    const number = storedName(i);
    return [
      `count(${number}) AS present${i}`,
      `${repeating.has(i) ? `count(DISTINCT ${number})` : roughDistinctSql(number)} AS distinct${i}`,
      broken[`broken${i}`] === true ? '' : `bool_and(${isWholeSql(number)}) AS integers${i}`,
      `avg(${number}) AS mean${i}`,
    ].filter((fact) => fact !== '');
  });
  // Asked for alone, they are read where the file tells them.
  const extremes = await selectFacts(connection, table, indexes, (i) => [
    `min(${storedName(i)})::DOUBLE AS min${i}`,
    `max(${storedName(i)})::DOUBLE AS max${i}`,
  ]);
  for (const i of indexes) {
    const present = Number(found[`present${i}`]);
    const [min, max] = [Number(extremes[`min${i}`]), Number(extremes[`max${i}`])];
    const [mean, integers] = [Number(found[`mean${i}`]), found[`integers${i}`] === true];
    const counted = Math.min(Number(found[`distinct${i}`]), present);
    const distinct = repeating.has(i) || !isNumbering(integers, min, max, present, counted) ? counted : present;
    // A decimal comma is none of a number that is stored as one.
    const numbers = { numbers: present, commaNumbers: 0, integers, min, max, mean };
    facts.set(i, { rows, present, distinct, ...numbers, meanLength: 0, meanWords: 1 });
  }
}

/** A stored number is whole. What its type tells already is not asked of each. */
const isWholeSql = (number: string): string =>
  `CASE WHEN typeof(${number}) IN ('INTEGER', 'BIGINT') THEN true ELSE ${number}::DOUBLE = floor(${number}::DOUBLE) END`;

/** Columns that are kept as dates and times, in one scan: texts that are as long as each other. */
async function countMoments(
  { connection, rows, facts }: Counting,
  table: string,
  indexes: readonly number[],
  many: boolean,
): Promise<void> {
  const repeating = new Set(many ? await findRepeating(connection, table, indexes, momentName) : indexes);
  const found = await selectFacts(connection, table, indexes, (i) => {
    const moment = momentName(i);
    const distinct = repeating.has(i) ? `count(DISTINCT ${moment})` : roughDistinctSql(moment);
    return [`count(${moment}) AS present${i}`, `${distinct} AS distinct${i}`];
  });
  const lengths = await selectFacts(connection, `(FROM ${table} LIMIT 1)`, indexes, (i) => [
    `any_value(if(typeof(${momentName(i)}) = 'DATE', 10, 19)) AS length${i}`,
  ]);
  for (const i of indexes) {
    const [present, meanLength] = [Number(found[`present${i}`]), Number(lengths[`length${i}`])];
    const distinct = Math.min(Number(found[`distinct${i}`]), present);
    const noNumbers = { numbers: 0, commaNumbers: 0, integers: false, min: null, max: null, mean: null };
    facts.set(i, { rows, present, distinct, ...noNumbers, meanLength, meanWords: meanLength === 10 ? 1 : 2 });
  }
}

/** As many whole numbers as there are between the first and the last: an estimate a little lower is that of a numbering. */
const isNumbering = (integers: boolean, min: number, max: number, present: number, estimate: number): boolean =>
  integers && max - min + 1 === present && estimate >= present * 0.95;

const nothing: ReadonlySet<number> = new Set();
/**
 * How cells are read as numbers: `point` and `comma` as `numberSql` does; `guarded` as `point`, quicker where few are numbers; `quick` where
 * most are, right only if none fails and all are finite.
 */
type Form = 'point' | 'comma' | 'guarded' | 'quick';

const formSql: Record<Form, (cell: string) => string> = {
  point: (cell) => numberSql(cell, false),
  comma: (cell) => numberSql(cell, true),
  guarded: guardedNumberSql,
  quick: quickNumberSql,
};

/** Counts the numbers in some columns, and `more` beside. `broken`: not asked whether they are whole. */
function scan(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  way: Way,
  form: (i: number) => Form,
  broken: ReadonlySet<number>,
  more: (i: number) => string[],
): Promise<Counted> {
  // A quick one that is not finite is found by the extremes.
  const parsed = (i: number): string => `${formSql[form(i)](`c${i}`)} AS ${form(i) === 'quick' ? 'n' : 'p'}${i}`;
  const finite = (i: number): string => (form(i) === 'quick' ? `n${i}` : `${finiteSql(`p${i}`)} AS n${i}`);
  const list = (sql: (i: number) => string): string =>
    `${way.columns}${indexes.map((i) => `c${i}, ${sql(i)}`).join(', ')}`;
  const cells = `(SELECT ${list(finite)} FROM (SELECT ${list(parsed)} FROM ${table}))`;
  return selectFacts(connection, cells, indexes, (i) => [
    `${way.present(`n${i}`)} AS numbers${i}`,
    ...(broken.has(i) ? [] : [`bool_and(n${i} = floor(n${i})) AS integers${i}`]),
    `min(n${i}) AS min${i}`,
    `max(n${i}) AS max${i}`,
    `${way.mean(`n${i}`)} AS mean${i}`,
    ...more(i),
  ]);
}
