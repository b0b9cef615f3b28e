import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, SampleQuery } from '../../shared/dataset.ts';
import { finiteSql } from '../cells.ts';
import { columnSql, eachRow, parquetSql } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import type { Divided } from './conditions.ts';

/** The sample numbers that a question's filter and sort give, in order. `apart`: for each of the filter's expressions, those it lets through. */
export async function orderRows(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  sort: SampleQuery['sort'],
  { cells, marks }: Divided,
  apart: readonly Int32Array[],
): Promise<Int32Array> {
  const through = apart.reduce((before, samples) => keptOnly(before, samples, manifest.samples), marks);
  if (!sort && cells.length === 0) return marked(through ?? new Uint8Array(manifest.samples).fill(1));
  const table = parquetSql(blobs, manifest.blobs.table!);
  const where = cells.length > 0 ? `WHERE ${cells.join(' AND ')}` : '';
  const { value, order } = sort
    ? sortSql(manifest, sort.column, await storedIn(connection, narrowed(table, columnSql(manifest)(sort.column))))
    : { value: 'NULL', order: '' };
  const by = sort ? `ORDER BY ${order} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, sample` : '';
  const found = new Int32Array(manifest.samples);
  let count = 0;
  await eachRow(
    connection,
    `SELECT sample FROM (SELECT file_row_number::INTEGER AS sample, ${value} AS v FROM ${narrowed(table, value, where)} ${where}) ${by}`,
    (sample) => {
      if (!through || through[sample] === 1) found[count++] = sample;
    },
  );
  return found.slice(0, count);
}

export function marked(marks: Uint8Array): Int32Array {
  const found = new Int32Array(marks.reduce((sum, mark) => sum + mark, 0));
  let count = 0;
  for (let i = 0; i < marks.length; i++) if (marks[i] === 1) found[count++] = i;
  return found;
}

function keptOnly(before: Uint8Array | null, samples: Int32Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (const sample of samples) if (!before || before[sample] === 1) marks[sample] = 1;
  return marks;
}

/** Numbers sort by value, everything else by its letters. */
function sortSql(manifest: Manifest, name: string, stored: ReadonlySet<number>): { value: string; order: string } {
  const cell = columnSql(manifest)(name);
  const column = manifest.columns.find((each) => each.name === name)!;
  if (column.type !== 'number') return { value: cell, order: 'v' };
  return { value: cellNumberSql(stored, cell, column.decimalComma ?? false), order: finiteSql('v') };
}
