import { DuckDBDataChunk, INTEGER, type DuckDBConnection } from '@duckdb/node-api';
import type { AskedBars } from '../../shared/bars.ts';
import type { Manifest } from '../../shared/dataset.ts';
import { finiteSql, sqlText } from '../cells.ts';
import { columnSql, parquetSql, rowsOf } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import { wordsSql } from './conditions.ts';

const chunkRows = 2048;
/** Makes up for 4.35 × 100 being a little less than 435, as the profile does. */
const justBelow = 1e-6;

/** How many of these samples (null: of all) are in each bar, of each column asked for. Throws `unknown_column`. */
export async function countBars(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  samples: Int32Array | null,
  asked: readonly AskedBars[],
): Promise<number[][]> {
  if (asked.length === 0) return [];
  const cells = asked.map(({ column }) => columnSql(manifest)(column));
  const table = narrowed(parquetSql(blobs, manifest.blobs.table!), ...cells);
  const stored = await storedIn(connection, table);
  const bars = asked.map((one, i) => `(${barSql(one, manifest, stored)})::SMALLINT AS b${i}`);
  if (samples) await keep(connection, samples);
  // One pass over the columns; what is kept is two bytes a cell.
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE barred AS SELECT ${bars.join(', ')} FROM ${table}${samples ? ' WHERE file_row_number IN (FROM chosen)' : ''}`,
  );
  const counts: number[][] = [];
  for (const [i, one] of asked.entries()) {
    const found = new Array<number>(barCount(one)).fill(0);
    const rows = await rowsOf(
      connection,
      `SELECT b${i} AS bar, count(*) AS n FROM barred WHERE b${i} IS NOT NULL GROUP BY 1`,
    );
    for (const { bar, n } of rows) found[Number(bar)] = Number(n);
    counts.push(found);
  }
  await connection.run('DROP TABLE barred; DROP TABLE IF EXISTS chosen');
  return counts;
}

function barCount(asked: AskedBars): number {
  switch (asked.kind) {
    case 'numbers':
      return asked.edges.length - 1;
    case 'lengths':
      return asked.count;
    case 'values':
      return asked.values.length;
  }
}

/** Which bar a row is in, from 0 on; NULL where in none. */
function barSql(asked: AskedBars, manifest: Manifest, stored: ReadonlySet<number>): string {
  const cell = columnSql(manifest)(asked.column);
  switch (asked.kind) {
    case 'numbers': {
      const { edges } = asked;
      const [low, high, count] = [edges[0], edges[edges.length - 1], edges.length - 1];
      const { decimalComma = false } = manifest.columns.find(({ name }) => name === asked.column)!;
      const place = `floor((v - ${low}::DOUBLE) * ${count / (high - low)}::DOUBLE + ${justBelow})`;
      return `SELECT CASE WHEN v BETWEEN ${low}::DOUBLE AND ${high}::DOUBLE THEN least(${place}, ${count - 1}) END
        FROM (SELECT ${finiteSql('w')} AS v FROM (SELECT ${cellNumberSql(stored, cell, decimalComma)} AS w))`;
    }
    case 'lengths': {
      const { from, width, count } = asked;
      const place = `floor((len(${wordsSql(cell)}) - ${from}) / ${width})`;
      return `CASE WHEN ${cell} IS NOT NULL AND ${place} >= 0 THEN least(${place}, ${count - 1}) END`;
    }
    case 'values':
      return `nullif(list_position([${asked.values.map(sqlText).join(', ')}], ${cell}), 0) - 1`;
  }
}

async function keep(connection: DuckDBConnection, samples: Int32Array): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE chosen (sample INTEGER)');
  const appender = await connection.createAppender('chosen');
  for (let start = 0; start < samples.length; start += chunkRows) {
    const some = samples.subarray(start, start + chunkRows);
    const chunk = DuckDBDataChunk.create([INTEGER], some.length);
    chunk.setColumnValues(0, Array.from(some));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
