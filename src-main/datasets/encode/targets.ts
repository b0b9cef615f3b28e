import type { DuckDBConnection } from '@duckdb/node-api';
import { splitNames } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { finiteSql, sqlText } from '../cells.ts';
import { eachRow, type ColumnSql } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import type { EncodedSplit } from './encoded-split.ts';
import type { TargetEncoder } from './encoder.ts';

/** DuckDB's ENUM is its string-to-code table: the quickest look-up it has. */
export const enumSql = (name: string, values: string[]): string =>
  `CREATE OR REPLACE TYPE ${name} AS ENUM (${(values.length > 0 ? values : ['']).map(sqlText).join(', ')})`;
export const codeSql = (expression: string, type: string): string =>
  `coalesce(enum_code(TRY_CAST(${expression} AS ${type}))::INTEGER, -1)`;
export const orNaN = (name: string): string => `coalesce(${finiteSql(name)}, 'nan'::DOUBLE)`;

/** Throws `missing_columns` where the target's column is not there. */
export function checkTarget(target: TargetEncoder | null, names: readonly string[]): void {
  if (!target || names.includes(target.column)) return;
  throw new AtelierError('missing_columns', `The data lacks the target column "${target.column}".`);
}

/** Every sample's class index or standardised value; NaN where it has none (or none that the encoder knows). All 0 where none is learnt. */
export async function readTargets(
  connection: DuckDBConnection,
  table: string,
  sql: ColumnSql,
  target: TargetEncoder | null,
  samples: number,
): Promise<Float64Array> {
  if (!target) return new Float64Array(samples);
  const targets = new Float64Array(samples).fill(NaN);
  if (target.task === 'classification') {
    await connection.run(enumSql('target', target.classes));
    const query = `SELECT file_row_number::INTEGER, ${codeSql(sql(target.column), 'target')} FROM ${table}`;
    await eachRow(connection, query, (row, columns, r) => {
      const code = columns[1].getItem(r) as number;
      if (code >= 0) targets[row] = code;
    });
  } else {
    const value = cellNumberSql(await storedIn(connection, table), sql(target.column), target.decimalComma);
    const query = `SELECT file_row_number::INTEGER, ${orNaN('y')} FROM (SELECT file_row_number, ${value} AS y FROM ${table})`;
    await eachRow(connection, query, (row, columns, r) => {
      targets[row] = (Math.fround(columns[1].getItem(r) as number) - target.mean) / target.std;
    });
  }
  return targets;
}

/**
 * Makes the splits' arrays for the samples that have a target (all, where none is learnt), and says where in its split each sample stands
 * (-1: nowhere). `inputs` makes room for so many samples.
 */
export function divide<X extends EncodedSplit['x']>(
  targets: Float64Array,
  split: Uint8Array,
  target: TargetEncoder | null,
  inputs: (count: number) => X,
): { splits: (EncodedSplit & { x: X })[]; place: Int32Array } {
  const place = new Int32Array(targets.length).fill(-1);
  const members: number[] = splitNames.map(() => 0);
  targets.forEach((y, sample) => {
    if (!Number.isNaN(y)) place[sample] = members[split[sample]]++;
  });
  const splits = members.map((count) => ({
    count,
    x: inputs(count),
    y: target?.task === 'regression' ? new Float32Array(count) : new Int32Array(target ? count : 0),
    indices: new Int32Array(count),
  }));
  place.forEach((at, sample) => {
    if (at < 0) return;
    if (target) splits[split[sample]].y[at] = targets[sample];
    splits[split[sample]].indices[at] = sample;
  });
  return { splits, place };
}
