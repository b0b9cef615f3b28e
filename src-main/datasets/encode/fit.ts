import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { finiteSql } from '../cells.ts';
import { columnSql, rowsOf, sampleRelation, withDuck, type ColumnSql } from '../duck.ts';
import { cellNumberSql, storedIn } from '../tables/number-cells.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import { train } from '../splits.ts';
import {
  maxCategories,
  maxIndexed,
  type CategoryEncoder,
  type NumberEncoder,
  type TableEncoder,
  type TargetEncoder,
} from './encoder.ts';

export interface FitOptions {
  /** Categories as numbers, for nets that look them up. */
  indexed?: boolean;
  /** False for nets that learn no target: then every row counts, and the encoder has none. */
  target?: boolean;
}

/** Learns a table's encoder from its training split alone, so that nothing of the other splits leaks into it. */
export async function fitTableEncoder(
  blobs: string,
  manifest: Manifest,
  { indexed = false, target: wanted = true }: FitOptions = {},
): Promise<TableEncoder> {
  const target = wanted ? manifest.columns.find((column) => column.name === manifest.target) : undefined;
  if (wanted && !target)
    throw new AtelierError('no_target', 'No target column is chosen. Choose the column to predict.');
  // One thread: sums of floats must come out the same every time.
  return withDuck({ blobs, threads: 1 }, async (connection) => {
    const samples = await sampleRelation(connection, blobs, manifest);
    const sql = columnSql(manifest);
    const known = target ? ` AND ${sql(target.name)} IS NOT NULL` : '';
    const all = `(SELECT * FROM ${samples} WHERE split = ${train}${known})`;
    const rows = (...columns: Column[]): string => narrowed(all, known, ...columns.map(({ name }) => sql(name)));
    const features = manifest.columns.filter((column) => column.role === 'feature');
    const numbers = await fitNumbers(
      connection,
      rows,
      sql,
      features.filter((column) => column.type === 'number'),
    );
    const categories: CategoryEncoder[] = [];
    for (const column of features) {
      if (column.type === 'category')
        categories.push(await fitCategory(connection, rows(column), sql, column, indexed));
    }
    const encodedTarget = target ? await fitTarget(connection, rows(target), sql, manifest, target) : null;
    return { kind: 'table', numbers, categories, target: encodedTarget };
  });
}

/** DuckDB plans a statement in time that grows with the square of its columns. */
export const columnsAtOnce = 32;

async function fitNumbers(
  connection: DuckDBConnection,
  some: (...columns: Column[]) => string,
  sql: ColumnSql,
  columns: Column[],
): Promise<NumberEncoder[]> {
  if (columns.length > columnsAtOnce) {
    const head = await fitNumbers(connection, some, sql, columns.slice(0, columnsAtOnce));
    return [...head, ...(await fitNumbers(connection, some, sql, columns.slice(columnsAtOnce)))];
  }
  if (columns.length === 0) return [];
  const rows = some(...columns);
  const values = numberRelation(rows, sql, columns, await storedIn(connection, rows));
  // Two passes: the mean is that of the filled column, so the median must be known first.
  const [medians] = await rowsOf(
    connection,
    `SELECT ${columns.map((_, i) => `median(n${i}) AS median${i}, count(*) - count(n${i}) AS gaps${i}`).join(', ')} FROM ${values}`,
  );
  const median = columns.map((_, i) => Math.fround(Number(medians[`median${i}`] ?? 0)));
  const [moments] = await rowsOf(
    connection,
    `SELECT ${columns.map((_, i) => `avg(f${i}) AS mean${i}, stddev_pop(f${i}) AS std${i}`).join(', ')}
     FROM (SELECT ${columns.map((_, i) => `coalesce(n${i}, ${median[i]}::DOUBLE) AS f${i}`).join(', ')} FROM ${values})`,
  );
  return columns.map((column, i) => ({
    column: column.name,
    decimalComma: column.decimalComma ?? false,
    median: median[i],
    // What a recipe's step has scaled or encoded is not scaled again.
    mean: column.prepared ? 0 : Number(moments[`mean${i}`] ?? 0),
    std: column.prepared ? 1 : Number(moments[`std${i}`] ?? 0) || 1,
    indicator: Number(medians[`gaps${i}`]) > 0,
  }));
}

/** The columns as n0, n1, …: doubles that hold 32-bit floats, as every raw number does on its way into a model. */
function numberRelation(rows: string, sql: ColumnSql, columns: Column[], stored: ReadonlySet<number>): string {
  const parsed = columns.map(
    (column, i) => `${cellNumberSql(stored, sql(column.name), column.decimalComma ?? false)} AS p${i}`,
  );
  const finite = columns.map((_, i) => `(${finiteSql(`p${i}`)})::FLOAT::DOUBLE AS n${i}`);
  return `(SELECT ${finite.join(', ')} FROM (SELECT ${parsed.join(', ')} FROM ${rows}))`;
}

async function fitCategory(
  connection: DuckDBConnection,
  rows: string,
  sql: ColumnSql,
  column: Column,
  indexed: boolean,
): Promise<CategoryEncoder> {
  const most = indexed ? maxIndexed : maxCategories;
  const found = await rowsOf(
    connection,
    `SELECT coalesce(${sql(column.name)}, '') AS value, count(*) AS n FROM ${rows} GROUP BY 1 ORDER BY n DESC, value LIMIT ${most + 1}`,
  );
  const values = found.slice(0, most).map((row) => String(row.value));
  return { column: column.name, ...(indexed ? { indexed } : {}), values, other: found.length > most };
}

/** Of classes their names; of values mean and deviation over `rows`. */
export async function fitTarget(
  connection: DuckDBConnection,
  rows: string,
  sql: ColumnSql,
  manifest: Manifest,
  column: Column,
): Promise<TargetEncoder> {
  if (manifest.task !== 'regression') {
    const classes = manifest.classes.map((each) => each.name);
    const { name, separator } = column;
    return separator === undefined
      ? { task: 'classification', column: name, classes }
      : { task: 'multi-label', column: name, separator, classes };
  }
  const values = numberRelation(rows, sql, [column], await storedIn(connection, rows));
  const [found] = await rowsOf(connection, `SELECT avg(n0) AS mean, stddev_pop(n0) AS std FROM ${values}`);
  return {
    task: 'regression',
    column: column.name,
    decimalComma: column.decimalComma ?? false,
    mean: Number(found.mean ?? 0),
    std: Number(found.std ?? 0) || 1,
  };
}
