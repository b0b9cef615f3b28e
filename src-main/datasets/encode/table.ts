import type { Manifest, SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { columnSql, eachRow, parquetSql, withDuck } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import type { EncodedSplit } from './encoded-split.ts';
import type { TableEncoder } from './encoder.ts';
import { columnsAtOnce } from './fit.ts';
import { encodeCategory, encodeNumber, layoutOf } from './row.ts';
import { checkColumns } from './rows.ts';
import { checkTarget, codeSql, divide, enumSql, orNaN, readTargets } from './targets.ts';

/** Streams the stored table, some columns at a time, through the encoder into its three splits. DuckDB parses numbers and looks categories up. */
export async function loadTable(
  blobs: string,
  manifest: Manifest,
  encoder: TableEncoder,
): Promise<Record<SplitName, EncodedSplit>> {
  const names = manifest.columns.map((column) => column.name);
  checkColumns(encoder, names);
  const { target } = encoder;
  checkTarget(target, names);
  if (!manifest.blobs.table) throw new AtelierError('internal', 'A table version without a table.');
  const table = parquetSql(blobs, manifest.blobs.table);
  const split = await readBlob(blobs, manifest.blobs.split);
  const sql = columnSql(manifest);
  return withDuck({ blobs }, async (connection) => {
    const targets = await readTargets(connection, table, sql, target, manifest.samples);
    const stored = await storedIn(connection, table);
    const layout = layoutOf(encoder);
    const { splits, place } = divide(targets, split, target, (count) => new Float32Array(count * layout.width));

    for (let first = 0; first < encoder.numbers.length; first += columnsAtOnce) {
      const batch = encoder.numbers.slice(first, first + columnsAtOnce);
      const parsed = batch.map((each, i) => `${cellNumberSql(stored, sql(each.column), each.decimalComma)} AS n${i}`);
      const query = `SELECT file_row_number::INTEGER, ${batch.map((_, i) => orNaN(`n${i}`)).join(', ')}
        FROM (SELECT file_row_number, ${parsed.join(', ')} FROM ${narrowed(table, ...parsed)})`;
      await eachRow(connection, query, (row, columns, r) => {
        if (place[row] < 0) return;
        const { x } = splits[split[row]];
        const base = place[row] * layout.width;
        for (let i = 0; i < batch.length; i++) {
          const { at, indicator } = layout.numbers[first + i];
          const value = Math.fround(columns[i + 1].getItem(r) as number);
          encodeNumber(batch[i], value, x, base + at, indicator < 0 ? -1 : base + indicator);
        }
      });
    }

    for (let first = 0; first < encoder.categories.length; first += columnsAtOnce) {
      const batch = encoder.categories.slice(first, first + columnsAtOnce);
      for (const [i, { values }] of batch.entries()) await connection.run(enumSql(`category${i}`, values));
      const codes = batch.map((each, i) => codeSql(`coalesce(${sql(each.column)}, '')`, `category${i}`));
      const cells = narrowed(table, ...batch.map(({ column }) => sql(column)));
      const query = `SELECT file_row_number::INTEGER, ${codes.join(', ')} FROM ${cells}`;
      await eachRow(connection, query, (row, columns, r) => {
        if (place[row] < 0) return;
        const { x } = splits[split[row]];
        const base = place[row] * layout.width;
        for (let i = 0; i < batch.length; i++) {
          encodeCategory(batch[i], columns[i + 1].getItem(r) as number, x, base + layout.categories[first + i]);
        }
      });
    }
    const [train, validation, test] = splits;
    return { train, validation, test };
  });
}
