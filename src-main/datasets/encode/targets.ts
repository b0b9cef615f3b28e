import type { DuckDBConnection } from '@duckdb/node-api';
import { splitNames } from '../../shared/dataset.ts';
import { splitClasses } from '../../shared/class-sets.ts';
import { AtelierError } from '../../shared/errors.ts';
import { finiteSql, sqlText } from '../cells.ts';
import { eachRow, type ColumnSql } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { narrowed } from '../tables/stored-numbers.ts';
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

/** What is to be told of samples, each by its number. */
interface Targets {
  /** Class index, standardised value or, of several classes, index into `sets`; NaN where there is none (or none that the encoder knows). */
  values: Float64Array;
  /** Each as indices of classes. */
  sets?: number[][];
}

/** Every sample's; all 0 where none is learnt. */
export async function readTargets(
  connection: DuckDBConnection,
  table: string,
  sql: ColumnSql,
  target: TargetEncoder | null,
  samples: number,
): Promise<Targets> {
  if (!target) return { values: new Float64Array(samples) };
  const targets = new Float64Array(samples).fill(NaN);
  const sets: number[][] = [];
  const alone = narrowed(table, sql(target.column));
  if (target.task === 'classification') {
    await connection.run(enumSql('target', target.classes));
    const query = `SELECT file_row_number::INTEGER, ${codeSql(sql(target.column), 'target')} FROM ${alone}`;
    await eachRow(connection, query, (row, columns, r) => {
      const code = columns[1].getItem(r) as number;
      if (code >= 0) targets[row] = code;
    });
  } else if (target.task === 'multi-label') {
    const index = new Map(target.classes.map((name, i) => [name, i]));
    const known = new Map<string, number>();
    const query = `SELECT file_row_number::INTEGER, ${sql(target.column)} FROM ${alone}`;
    await eachRow(connection, query, (row, columns, r) => {
      const cell = columns[1].getItem(r) as string | null;
      if (cell === null) return;
      const place = known.get(cell) ?? sets.push(indicesOf(cell, target.separator, index)) - 1;
      known.set(cell, place);
      targets[row] = place;
    });
    return { values: targets, sets };
  } else {
    const value = cellNumberSql(await storedIn(connection, alone), sql(target.column), target.decimalComma);
    const query = `SELECT file_row_number::INTEGER, ${orNaN('y')} FROM (SELECT file_row_number, ${value} AS y FROM ${alone})`;
    await eachRow(connection, query, (row, columns, r) => {
      targets[row] = (Math.fround(columns[1].getItem(r) as number) - target.mean) / target.std;
    });
  }
  return { values: targets };
}

/** Of the classes that are known. */
export const indicesOf = (cell: string, separator: string, index: ReadonlyMap<string, number>): number[] =>
  splitClasses(cell, separator).flatMap((name) => index.get(name) ?? []);

/**
 * Makes the splits' arrays for the samples that have a target (all, where none is learnt), and says where in its split each sample stands
 * (-1: nowhere). `inputs` makes room for so many samples.
 */
export function divide<X extends EncodedSplit['x']>(
  { values, sets }: Targets,
  split: Uint8Array,
  target: TargetEncoder | null,
  inputs: (count: number) => X,
): { splits: (EncodedSplit & { x: X })[]; place: Int32Array } {
  const place = new Int32Array(values.length).fill(-1);
  const members: number[] = splitNames.map(() => 0);
  values.forEach((y, sample) => {
    if (!Number.isNaN(y)) place[sample] = members[split[sample]]++;
  });
  const width = target?.task === 'multi-label' ? target.classes.length : 1;
  const splits = members.map((count) => ({
    count,
    x: inputs(count),
    y:
      target === null || target.task === 'classification'
        ? new Int32Array(target ? count : 0)
        : new Float32Array(count * width),
    indices: new Int32Array(count),
  }));
  place.forEach((at, sample) => {
    if (at < 0) return;
    const { y } = splits[split[sample]];
    if (sets) for (const c of sets[values[sample]]) y[at * width + c] = 1;
    else if (target) y[at] = values[sample];
    splits[split[sample]].indices[at] = sample;
  });
  return { splits, place };
}
