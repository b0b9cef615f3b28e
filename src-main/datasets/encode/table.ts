import type { DuckDBConnection } from '@duckdb/node-api';
import { splitNames, type Manifest, type SplitName } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { readBlob } from '../blobs.ts';
import { finiteSql, numberSql, sqlText } from '../cells.ts';
import { columnSql, eachRow, parquetSql, withDuck, type ColumnSql } from '../duck.ts';
import type { EncodedSplit } from './encoded-split.ts';
import type { TableEncoder, TargetEncoder } from './encoder.ts';
import { columnsAtOnce } from './fit.ts';
import { encodeCategory, encodeNumber, layoutOf } from './row.ts';
import { checkColumns } from './rows.ts';

/** Streams the stored table, some columns at a time, through the encoder into its three splits. DuckDB parses numbers and looks categories up. */
export async function loadTable(
  blobs: string,
  manifest: Manifest,
  encoder: TableEncoder,
): Promise<Record<SplitName, EncodedSplit>> {
  const names = manifest.columns.map((column) => column.name);
  checkColumns(encoder, names);
  if (!names.includes(encoder.target.column)) {
    throw new AtelierError('missing_columns', `The data lacks the target column "${encoder.target.column}".`);
  }
  if (!manifest.blobs.table) throw new AtelierError('internal', 'A table version without a table.');
  const table = parquetSql(blobs, manifest.blobs.table);
  const split = await readBlob(blobs, manifest.blobs.split);
  const sql = columnSql(manifest);
  return withDuck({ blobs }, async (connection) => {
    const targets = await readTargets(connection, table, sql, encoder.target, manifest.samples);
    const layout = layoutOf(encoder);
    const { splits, place } = divide(targets, split, layout.width, encoder.target);

    for (let first = 0; first < encoder.numbers.length; first += columnsAtOnce) {
      const batch = encoder.numbers.slice(first, first + columnsAtOnce);
      const parsed = batch.map((each, i) => `${numberSql(sql(each.column), each.decimalComma)} AS n${i}`);
      const query = `SELECT file_row_number::INTEGER, ${batch.map((_, i) => orNaN(`n${i}`)).join(', ')}
        FROM (SELECT file_row_number, ${parsed.join(', ')} FROM ${table})`;
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
      await eachRow(
        connection,
        `SELECT file_row_number::INTEGER, ${codes.join(', ')} FROM ${table}`,
        (row, columns, r) => {
          if (place[row] < 0) return;
          const { x } = splits[split[row]];
          const base = place[row] * layout.width;
          for (let i = 0; i < batch.length; i++) {
            encodeCategory(batch[i], columns[i + 1].getItem(r) as number, x, base + layout.categories[first + i]);
          }
        },
      );
    }
    const [train, validation, test] = splits;
    return { train, validation, test };
  });
}

/** DuckDB's ENUM is its string-to-code table: the quickest look-up it has. */
const enumSql = (name: string, values: string[]): string =>
  `CREATE OR REPLACE TYPE ${name} AS ENUM (${(values.length > 0 ? values : ['']).map(sqlText).join(', ')})`;
const codeSql = (expression: string, type: string): string =>
  `coalesce(enum_code(TRY_CAST(${expression} AS ${type}))::INTEGER, -1)`;
const orNaN = (name: string): string => `coalesce(${finiteSql(name)}, 'nan'::DOUBLE)`;

/** Every sample's class index or standardised value; NaN where it has none (or none that the encoder knows). */
async function readTargets(
  connection: DuckDBConnection,
  table: string,
  sql: ColumnSql,
  target: TargetEncoder,
  samples: number,
): Promise<Float64Array> {
  const targets = new Float64Array(samples).fill(NaN);
  if (target.task === 'classification') {
    await connection.run(enumSql('target', target.classes));
    const query = `SELECT file_row_number::INTEGER, ${codeSql(sql(target.column), 'target')} FROM ${table}`;
    await eachRow(connection, query, (row, columns, r) => {
      const code = columns[1].getItem(r) as number;
      if (code >= 0) targets[row] = code;
    });
  } else {
    const query = `SELECT file_row_number::INTEGER, ${orNaN('y')}
      FROM (SELECT file_row_number, ${numberSql(sql(target.column), target.decimalComma)} AS y FROM ${table})`;
    await eachRow(connection, query, (row, columns, r) => {
      targets[row] = (Math.fround(columns[1].getItem(r) as number) - target.mean) / target.std;
    });
  }
  return targets;
}

/** Makes the splits' arrays for the samples that have a target, and says where in its split each sample stands (-1: nowhere). */
function divide(
  targets: Float64Array,
  split: Uint8Array,
  width: number,
  target: TargetEncoder,
): { splits: (EncodedSplit & { x: Float32Array })[]; place: Int32Array } {
  const place = new Int32Array(targets.length).fill(-1);
  const members: number[] = splitNames.map(() => 0);
  targets.forEach((y, sample) => {
    if (!Number.isNaN(y)) place[sample] = members[split[sample]]++;
  });
  const splits = members.map((count) => ({
    count,
    x: new Float32Array(count * width),
    y: target.task === 'classification' ? new Int32Array(count) : new Float32Array(count),
    indices: new Int32Array(count),
  }));
  place.forEach((at, sample) => {
    if (at < 0) return;
    splits[split[sample]].y[at] = targets[sample];
    splits[split[sample]].indices[at] = sample;
  });
  return { splits, place };
}
