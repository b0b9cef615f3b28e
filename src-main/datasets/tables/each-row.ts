import type { Manifest } from '../../shared/dataset.ts';
import { openDuck, parquetSql, rowsOf } from '../duck.ts';

const rowsAtOnce = 2048;

/** A table's rows in order, all cells whole. */
export async function* eachRowOf(blobs: string, manifest: Manifest): AsyncGenerator<(string | null)[], undefined> {
  const duck = await openDuck({ blobs });
  const connection = await duck.connect();
  try {
    const cells = manifest.columns.map((_, i) => `c${i}`).join(', ');
    for (let first = 0; first < manifest.samples; first += rowsAtOnce) {
      const found = await rowsOf(
        connection,
        `SELECT [${cells}] AS cells FROM ${parquetSql(blobs, manifest.blobs.table!)}
          WHERE file_row_number >= ${first} AND file_row_number < ${first + rowsAtOnce} ORDER BY file_row_number`,
      );
      for (const row of found) yield row.cells as (string | null)[];
    }
  } finally {
    connection.closeSync();
    duck.closeSync();
  }
}
