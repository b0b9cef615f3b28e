import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { splitNames, type Manifest } from '../../shared/dataset.ts';
import { fileNameOf } from '../../shared/file-name.ts';
import type { RowFormat } from '../../shared/work/export-data.ts';
import { blobPath, readBlob } from '../blobs.ts';
import { finiteSql, sqlText } from '../cells.ts';
import { rowsOf, sampleRelation, sqlPath, whileReporting, withDuck } from '../duck.ts';
import { quoted, viewNames } from '../filters/expression.ts';
import type { ImportContext } from '../import-context.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { memoryFor } from '../tables/store.ts';
import { storedName } from '../tables/stored-numbers.ts';
import type { ExportFolder } from './folder.ts';

const files: Record<RowFormat, { ending: string; options: string; typed: boolean }> = {
  // RFC 4180, with line feeds.
  'rows-csv': { ending: 'csv', options: 'FORMAT csv, HEADER true', typed: false },
  // jsonlines.org
  'rows-jsonl': { ending: 'jsonl', options: 'FORMAT json', typed: true },
  'rows-parquet': { ending: 'parquet', options: 'FORMAT parquet, COMPRESSION zstd', typed: true },
};

export interface Rows {
  blobs: string;
  manifest: Manifest;
  /** The samples that go out; null: all. */
  chosen: Int32Array | null;
  /** The dataset's. */
  name: string;
  format: RowFormat;
}

/** No split has this byte. */
const leftOut = 255;

/**
 * Writes a table's rows, in their order and as they stand in that version, as one file, in memory that does not grow with their number. A
 * last column `split` (or `split_2`, …, where there is one already) says which split each is in. CSV has the cells as they are written; the
 * others have numbers where a column is of numbers: BIGINT where all are whole, else DOUBLE.
 */
export async function writeRows(
  { blobs, manifest, chosen, name, format }: Rows,
  to: ExportFolder,
  context: ImportContext,
): Promise<void> {
  const { ending, options, typed } = files[format];
  const { columns } = manifest;
  const { size } = await stat(blobPath(blobs, manifest.blobs.table!));
  const split = outgoing(await readBlob(blobs, manifest.blobs.split), chosen);
  await withDuck({ blobs, memoryMB: memoryFor(columns.length), signal: context.signal }, async (connection) => {
    const relation = await sampleRelation(connection, blobs, manifest, split);
    const cells = typed ? await typedCells(connection, relation, manifest) : columns.map((_, i) => `c${i}`);
    const names = viewNames({ columns: [...columns, { name: 'split' }] }).map(quoted);
    const splitSql = `[${splitNames.map(sqlText).join(', ')}][split + 1]`;
    const selected = [...cells, splitSql].map((cell, i) => `${cell} AS ${names[i]}`).join(', ');
    const rows = `SELECT ${selected} FROM ${relation} ${chosen ? `WHERE split <> ${leftOut}` : ''}`;
    await to.by(`${fileNameOf(name, 'rows')}.${ending}`, (path) =>
      whileReporting(connection, context, 'writing', size, async () => {
        await connection.run(`COPY (${rows}) TO ${sqlPath(path)} (${options})`);
      }),
    );
  });
}

/** Each sample's split, or that it stays here. */
function outgoing(split: Uint8Array, chosen: Int32Array | null): Uint8Array {
  if (!chosen) return split;
  const some = new Uint8Array(split.length).fill(leftOut);
  for (const sample of chosen) some[sample] = split[sample];
  return some;
}

/**
 * Each column's cells with their type. A column of numbers stays text where one of its cells is none (its type may have been set by hand), or
 * is a whole number of more digits than its type holds: nothing is lost.
 */
async function typedCells(
  connection: DuckDBConnection,
  relation: string,
  { columns }: Pick<Manifest, 'columns'>,
): Promise<string[]> {
  const stored = await storedIn(connection, relation);
  const numberOf = (i: number): string => cellNumberSql(stored, `c${i}`, columns[i].decimalComma ?? false);
  const cells = columns.map((_, i) => `c${i}`);
  const looked: number[] = [];
  const types = new Map(
    (await rowsOf(connection, `DESCRIBE SELECT * FROM ${relation}`)).map((each) => [
      String(each.column_name),
      String(each.column_type),
    ]),
  );
  columns.forEach(({ type }, i) => {
    if (type !== 'number') return;
    if (!stored.has(i)) looked.push(i);
    else if (types.get(storedName(i))!.startsWith('DECIMAL')) cells[i] = numberOf(i);
    else cells[i] = `CAST(${storedName(i)} AS BIGINT)`;
  });
  if (looked.length === 0) return cells;
  const facts = looked.flatMap((i) => [
    `count_if(c${i} IS NOT NULL AND ${finiteSql(`v${i}`)} IS NULL) AS none${i}`,
    `count_if(NOT regexp_full_match(c${i}, '[-+]?[0-9]{1,18}')) AS broken${i}`,
    `count_if(regexp_full_match(c${i}, '[-+]?[0-9]{16,}')) AS long${i}`,
  ]);
  const seen = looked.flatMap((i) => [`c${i}`, `${numberOf(i)} AS v${i}`]);
  const [found] = await rowsOf(
    connection,
    `SELECT ${facts.join(', ')} FROM (SELECT ${seen.join(', ')} FROM ${relation})`,
  );
  for (const i of looked) {
    if (Number(found[`none${i}`]) > 0) continue;
    if (Number(found[`broken${i}`]) === 0) cells[i] = `CAST(c${i} AS BIGINT)`;
    else if (Number(found[`long${i}`]) === 0) cells[i] = numberOf(i);
  }
  return cells;
}
