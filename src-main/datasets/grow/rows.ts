import type { DuckDBConnection } from '@duckdb/node-api';
import type { BlobHash } from '../../shared/dataset.ts';
import { hashRows, numberPairs } from '../divide/keys.ts';
import { parquetSql } from '../duck.ts';

/** A table's rows, compared by an expression over them. */
export interface Rows {
  table: BlobHash;
  samples: number;
  expression: string;
}

/**
 * Which of the rows before each row now is: the first with the same value not taken yet; -1 for none. Rows that are there several times
 * are so many.
 */
export async function matchRows(
  connection: DuckDBConnection,
  blobs: string,
  before: Rows,
  now: Rows,
): Promise<Int32Array> {
  const total = before.samples + now.samples;
  const [low, high] = [new Int32Array(total), new Int32Array(total)];
  await hashRows(connection, parquetSql(blobs, before.table), before.expression, low, high, 0);
  await hashRows(connection, parquetSql(blobs, now.table), now.expression, low, high, before.samples);
  const { ids, count } = numberPairs(low, high);
  // Per value the rows before, in a chain from first to last.
  const first = new Int32Array(count).fill(-1);
  const next = new Int32Array(before.samples);
  for (let row = before.samples - 1; row >= 0; row--) {
    if (ids[row] < 0) continue;
    next[row] = first[ids[row]];
    first[ids[row]] = row;
  }
  return Int32Array.from({ length: now.samples }, (_, i) => {
    const id = ids[before.samples + i];
    if (id < 0 || first[id] < 0) return -1;
    const row = first[id];
    first[id] = next[row];
    return row;
  });
}
