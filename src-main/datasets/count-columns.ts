import type { DuckDBConnection } from '@duckdb/node-api';
import { finiteSql, guardedNumberSql, numberSql, quickNumberFailsSql, quickNumberSql } from './cells.ts';
import { rowsOf } from './duck.ts';
import { inTurn, lookAtFirstRows, selectFacts, type Counted, type FirstRows } from './first-rows.ts';

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
}

/** Exact counting of distinct values holds them all in memory; past this many rows an estimate (±2 %) does for a column whose first rows do not repeat. */
const exactDistinctRows = 250_000;
/** Counts columns of a table; `c${i}` are theirs. */
export async function countColumns(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
): Promise<ColumnFacts[]> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${table}`);
  const rows = Number(n);
  const counting = { connection, rows, facts: new Map<number, ColumnFacts>() };
  const first = await lookAtFirstRows(connection, table, indexes, rows > exactDistinctRows);
  for (const i of first.repeating) {
    // Each value once, with how often it is there: next to free, since Parquet and DuckDB keep such columns so.
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE counted_values AS SELECT c${i}, count(*) AS n FROM ${table} WHERE c${i} IS NOT NULL GROUP BY 1`,
    );
    await count(counting, 'counted_values', [i], byValue, first);
    await connection.run('DROP TABLE counted_values');
  }
  const by = rows > exactDistinctRows ? roughly : exactly;
  for (const some of inTurn(indexes.filter((i) => !first.repeating.has(i)))) {
    await count(counting, table, some, by, first);
  }
  return indexes.map((i) => counting.facts.get(i)!);
}

/** How a column's cells are counted: one by one, or by value, `n` being how often each is there. */
interface Way {
  columns: string;
  count(condition: string): string;
  distinct(column: string): string;
  mean(value: string): string;
}
const oneByOne = { columns: '', count: (c: string) => `count_if(${c})`, mean: (v: string) => `avg(${v})` };
const exactly: Way = { ...oneByOne, distinct: (column) => `count(DISTINCT ${column})` };
const roughly: Way = { ...oneByOne, distinct: (column) => `approx_count_distinct(${column})` };
const byValue: Way = {
  columns: 'n, ',
  count: (condition) => `coalesce(sum(n) FILTER (${condition}), 0)`,
  distinct: (column) => `count(${column})`,
  mean: (value) => `sum((${value}) * n) / sum(n) FILTER ((${value}) IS NOT NULL)`,
};

interface Counting {
  connection: DuckDBConnection;
  rows: number;
  facts: Map<number, ColumnFacts>;
}

/**
 * What is needed of every column in one scan; others of those in which something is no plain number: grouped digits, decimal commas, and what
 * tells texts apart.
 */
async function count(
  { connection, rows, facts }: Counting,
  table: string,
  indexes: readonly number[],
  way: Way,
  { numeric, broken }: FirstRows,
): Promise<void> {
  const first = await scan(
    connection,
    table,
    indexes,
    way,
    (i) => (numeric.has(i) ? 'quick' : 'guarded'),
    broken,
    (i) => [
      `${way.count(`c${i} IS NOT NULL`)} AS present${i}`,
      `${way.distinct(`c${i}`)} AS distinct${i}`,
      ...(numeric.has(i) ? [`coalesce(${way.count(quickNumberFailsSql(`c${i}`))}, 0) AS failed${i}`] : []),
    ],
  );
  const value = (from: Counted, key: string): number => Number(from[key] ?? 0);
  const doubtful = indexes.filter(
    (i) =>
      numeric.has(i) && (value(first, `failed${i}`) > 0 || value(first, `numbers${i}`) < value(first, `present${i}`)),
  );
  if (doubtful.length > 0) {
    Object.assign(
      first,
      await scan(
        connection,
        table,
        doubtful,
        way,
        () => 'point',
        broken,
        () => [],
      ),
    );
  }
  const words = indexes.filter((i) => value(first, `numbers${i}`) < value(first, `present${i}`));
  const texts =
    words.length === 0
      ? {}
      : await selectFacts(connection, table, words, (i) => [
          `coalesce(${way.mean(`length(c${i})`)}, 0) AS length${i}`,
          `${way.count(`contains(c${i}, ' ')`)} AS spaced${i}`,
          `${way.count(`contains(c${i}, ',')`)} AS commas${i}`,
        ]);
  const spaced = words.filter((i) => value(texts, `spaced${i}`) > 0);
  const blanks =
    spaced.length === 0
      ? {}
      : await selectFacts(connection, table, spaced, (i) => [
          `coalesce(${way.mean(`length(c${i}) - length(replace(c${i}, ' ', ''))`)}, 0) AS blanks${i}`,
        ]);
  const commas = words.filter((i) => value(texts, `commas${i}`) > 0);
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
    facts.set(i, {
      rows,
      present,
      distinct: Math.min(value(first, `distinct${i}`), present),
      numbers,
      commaNumbers,
      integers: from[`integers${i}`] === true,
      min: known(`min${i}`),
      max: known(`max${i}`),
      mean: known(`mean${i}`),
      meanLength: value(texts, `length${i}`),
      meanWords: value(blanks, `blanks${i}`) + 1,
    });
  }
}

const nothing: ReadonlySet<number> = new Set();
/**
 * How cells are read as numbers: `point` and `comma` as `numberSql` does; `guarded` as `point`, quicker where few are numbers; `quick` where
 * most are, right only if none fails.
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
  const parsed = indexes.map((i) => `c${i}, ${formSql[form(i)](`c${i}`)} AS p${i}`);
  const finite = indexes.map((i) => `c${i}, ${finiteSql(`p${i}`)} AS n${i}`);
  const cells = `(SELECT ${way.columns}${finite.join(', ')} FROM (SELECT ${way.columns}${parsed.join(', ')} FROM ${table}))`;
  return selectFacts(connection, cells, indexes, (i) => [
    `${way.count(`n${i} IS NOT NULL`)} AS numbers${i}`,
    ...(broken.has(i) ? [] : [`bool_and(n${i} = floor(n${i})) AS integers${i}`]),
    `min(n${i}) AS min${i}`,
    `max(n${i}) AS max${i}`,
    `${way.mean(`n${i}`)} AS mean${i}`,
    ...more(i),
  ]);
}
