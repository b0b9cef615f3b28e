import type { DuckDBConnection } from '@duckdb/node-api';
import { numberSql } from '../cells.ts';
import { storedName, writtenSql } from './stored-numbers.ts';

/** Which columns of a relation are there as numbers, too (see `stored-numbers.ts`). */
export async function storedIn(connection: DuckDBConnection, relation: string): Promise<ReadonlySet<number>> {
  const result = await connection.run(`SELECT * FROM ${relation} LIMIT 0`);
  const places = result.columnNames().map((name) => /^stored(\d+)$/.exec(name)?.[1]);
  return new Set(places.filter((place) => place !== undefined).map(Number));
}

/** A cell (c0, c1, …) as a DOUBLE or NULL, to be followed by `finiteSql`: `numberSql`, or what it would give. `stored`: see `storedIn`. */
export const cellNumberSql = (stored: ReadonlySet<number>, cell: string, decimalComma: boolean): string => {
  const index = Number(cell.slice(1));
  return stored.has(index) ? `CAST(${storedName(index)} AS DOUBLE)` : numberSql(cell, decimalComma);
};

/** A column's different cells, as they were written, with how often each is there: `value` and `n`. Missing ones are left out. */
export function cellCountsSql(stored: ReadonlySet<number>, index: number, table: string): string {
  const [cell, written] = stored.has(index) ? [storedName(index), writtenSql('cell')] : [`c${index}`, 'cell'];
  return `(SELECT ${written} AS value, n
    FROM (SELECT ${cell} AS cell, count(*) AS n FROM ${table} WHERE ${cell} IS NOT NULL GROUP BY 1))`;
}
