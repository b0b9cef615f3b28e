import type { DuckDBConnection } from '@duckdb/node-api';
import { numberSql } from '../cells.ts';
import { momentName, storedName, writtenSql } from './stored-numbers.ts';

/** Which columns of a relation are there as values, too (see `stored-numbers.ts`). */
export interface KeptValues {
  numbers: ReadonlySet<number>;
  moments: ReadonlySet<number>;
}

export async function valuesIn(connection: DuckDBConnection, relation: string): Promise<KeptValues> {
  const names = (await connection.run(`SELECT * FROM ${relation} LIMIT 0`)).columnNames();
  const places = (as: (index: number) => string): Set<number> => {
    const [before] = as(0).split('0');
    const numbered = names.filter((name) => name.startsWith(before) && /^\d+$/.test(name.slice(before.length)));
    return new Set(numbered.map((name) => Number(name.slice(before.length))));
  };
  return { numbers: places(storedName), moments: places(momentName) };
}

/** Which columns of a relation are there as numbers, too. */
export const storedIn = async (connection: DuckDBConnection, relation: string): Promise<ReadonlySet<number>> =>
  (await valuesIn(connection, relation)).numbers;

/** A cell (c0, c1, …) as a DOUBLE or NULL, to be followed by `finiteSql`: `numberSql`, or what it would give. `stored`: see `storedIn`. */
export const cellNumberSql = (stored: ReadonlySet<number>, cell: string, decimalComma: boolean): string => {
  const index = Number(cell.slice(1));
  return stored.has(index) ? `CAST(${storedName(index)} AS DOUBLE)` : numberSql(cell, decimalComma);
};

/** A column's cells as they are kept, and, of one called `cell`, as they were written. */
export function cellSql({ numbers, moments }: KeptValues, index: number): { cell: string; written: string } {
  const value = numbers.has(index) ? storedName(index) : moments.has(index) ? momentName(index) : null;
  return value === null ? { cell: `c${index}`, written: 'cell' } : { cell: value, written: writtenSql('cell') };
}

/** A column's different cells, as they were written, with how often each is there: `value` and `n`. Missing ones are left out. */
export function cellCountsSql(kept: KeptValues, index: number, table: string): string {
  const { cell, written } = cellSql(kept, index);
  return `(SELECT ${written} AS value, n
    FROM (SELECT ${cell} AS cell, count(*) AS n FROM ${table} WHERE ${cell} IS NOT NULL GROUP BY 1))`;
}
