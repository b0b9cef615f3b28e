import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBDoubleVector } from '@duckdb/node-api';
import type { Column, ColumnType, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { finiteSql } from '../cells.ts';
import { cellNumberSql } from '../tables/number-cells.ts';
import { storedName } from '../tables/stored-numbers.ts';

/** One column of the samples that are looked at. Exactly one of `numbers` and `codes` is there; none for texts. */
export interface LookedColumn {
  name: string;
  type: ColumnType;
  /** NaN is missing. */
  numbers: Float64Array | null;
  /** Places in `values`; -1 is missing. */
  codes: Int32Array | null;
  values: readonly string[];
  /** How many values there are. */
  count: number;
}

const mostRows = 100_000;
const mostCells = 4_000_000;
/** Rows that lie together are read together: so samples are taken in runs of this many. */
const together = 256;

/** Keeps samples spread over all of the table as the table `looked`; all, where there are few. Returns how many. */
export async function keepLooked(
  connection: DuckDBConnection,
  table: string,
  manifest: Manifest,
  stored: ReadonlySet<number>,
): Promise<number> {
  const rows = Math.min(mostRows, Math.max(2000, Math.floor(mostCells / Math.max(1, manifest.columns.length))));
  const runs = Math.max(1, Math.floor(rows / together));
  const every = Math.floor(manifest.samples / runs);
  const some = manifest.samples > rows * 2 ? `WHERE file_row_number % ${every} < ${together}` : '';
  const cells = manifest.columns.map(({ type }, i) => {
    if (type === 'text') return `NULL AS c${i}`;
    return type === 'number' && stored.has(i) ? storedName(i) : `c${i}`;
  });
  await connection.run(`CREATE OR REPLACE TEMP TABLE looked AS SELECT ${cells.join(', ')} FROM ${table} ${some}`);
  const counted = await connection.runAndReadAll('SELECT count(*) FROM looked');
  return Number(counted.getRowsJS()[0][0]);
}

export async function lookAt(
  connection: DuckDBConnection,
  column: Column,
  index: number,
  stored: ReadonlySet<number>,
): Promise<LookedColumn> {
  const { name, type } = column;
  if (type === 'text') return { name, type, numbers: null, codes: null, values: [], count: 0 };
  if (type === 'number') {
    const value = cellNumberSql(stored, `c${index}`, column.decimalComma ?? false);
    const numbers = await numbersOf(connection, value);
    return { name, type, numbers, codes: null, values: [], count: 0 };
  }
  const places = new Map<string, number>();
  const result = await connection.runAndReadAll(`SELECT c${index} FROM looked`);
  const codes = Int32Array.from(result.getColumnsJS()[0] ?? [], (cell) => {
    if (cell === null) return -1;
    const value = String(cell);
    const known = places.get(value) ?? places.size;
    if (known === places.size) places.set(value, known);
    return known;
  });
  return { name, type, numbers: null, codes, values: [...places.keys()], count: places.size };
}

async function numbersOf(connection: DuckDBConnection, value: string): Promise<Float64Array> {
  const result = await connection.stream(
    `SELECT coalesce(${finiteSql('v')}, 'nan'::DOUBLE) FROM (SELECT ${value} AS v FROM looked)`,
  );
  const parts: Float64Array[] = [];
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const vector = chunk.getColumnVector(0);
    if (!(vector instanceof DuckDBDoubleVector)) throw new AtelierError('internal', 'A column of DOUBLE was wanted.');
    parts.push(Float64Array.from(vector['items']));
  }
  const numbers = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    numbers.set(part, at);
    at += part.length;
  }
  return numbers;
}
