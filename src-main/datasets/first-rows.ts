import type { DuckDBConnection } from '@duckdb/node-api';
import { finiteSql, guardedNumberSql } from './cells.ts';
import { rowsOf } from './duck.ts';
import { ofColumns } from './tables/stored-numbers.ts';

/** A column repeats itself if there are fewer different values than this among its first rows. */
const fewValues = 20_000;
const firstRows = 100_000;

export type Counted = Record<string, unknown>;

/** Every distinct count holds a hash table per thread: wide tables are counted a few columns at a time. */
const columnsAtOnce = 16;
export const inTurn = (indexes: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(indexes.length / columnsAtOnce) }, (_, k) =>
    indexes.slice(k * columnsAtOnce, (k + 1) * columnsAtOnce),
  );

/** What columns' first rows promise, on which only the way hangs that they are counted. */
export interface FirstRows {
  /** Values come again and again. */
  repeating: Set<number>;
  /** Most are numbers. */
  numeric: Set<number>;
  /** Some are numbers that are not whole: that is known, then. */
  broken: Set<number>;
}

export async function lookAtFirstRows(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  many: boolean,
): Promise<FirstRows> {
  const [repeating, numeric, broken] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const some of inTurn(indexes)) {
    const first = `(SELECT ${some.map((i) => `c${i}`).join(', ')} FROM ${ofColumns(table, some)} WHERE file_row_number < 1000)`;
    if (many) for (const i of await findRepeating(connection, table, some, (c) => `c${c}`)) repeating.add(i);
    const cells = some.map((i) => `c${i}, ${finiteSql(`p${i}`)} AS n${i}`);
    const parsed = some.map((i) => `c${i}, ${guardedNumberSql(`c${i}`)} AS p${i}`);
    const numbers = `(SELECT ${cells.join(', ')} FROM (SELECT ${parsed.join(', ')} FROM ${first}))`;
    const row = await selectFacts(connection, numbers, some, (i) => [
      `count(c${i}) AS present${i}`,
      `count(n${i}) AS numbers${i}`,
      `count_if(n${i} <> floor(n${i})) AS broken${i}`,
    ]);
    for (const i of some) {
      if (Number(row[`numbers${i}`]) >= Number(row[`present${i}`]) / 2) numeric.add(i);
      if (Number(row[`broken${i}`]) > 0) broken.add(i);
    }
  }
  return { repeating, numeric, broken };
}

/** Those of the columns that repeat themselves. `cell`: what a column is called. */
export async function findRepeating(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  cell: (i: number) => string,
): Promise<number[]> {
  const first = `(SELECT ${indexes.map(cell).join(', ')} FROM ${ofColumns(table, indexes)} WHERE file_row_number < ${firstRows})`;
  const row = await selectFacts(connection, first, indexes, (i) => [
    `approx_count_distinct(${cell(i)}) AS distinct${i}`,
  ]);
  return indexes.filter((i) => Number(row[`distinct${i}`]) < fewValues);
}

/** Asks for facts of columns of the table, which no other is needed for, each called something with the column's index behind it. */
export async function selectFacts(
  connection: DuckDBConnection,
  table: string,
  indexes: readonly number[],
  facts: (i: number) => string[],
): Promise<Counted> {
  const [row] = await rowsOf(
    connection,
    `SELECT ${indexes.flatMap(facts).join(', ')} FROM ${ofColumns(table, indexes)}`,
  );
  return row;
}
