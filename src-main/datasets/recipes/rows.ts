import { DuckDBDataChunk, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import { AtelierError } from '../../shared/errors.ts';
import { readCell } from '../cells.ts';
import { withDuck } from '../duck.ts';
import { addTextFunctions } from '../text-functions.ts';
import { stepFunctions, stepKinds } from './index.ts';
import { columnsOf, lineageOf, rawNames } from './lineage.ts';
import type { FittedRecipe } from './plan.ts';
import type { Read } from './step.ts';
import { cellSql, readSql } from './values.ts';

/** New rows through a recipe, by the very statements that made the table it was learnt on. No row is left out. */

export type Cells = readonly (readonly (string | null)[])[];

/** The columns after the recipe that are wanted, of rows as they stand in a file; cells as they are kept. Throws `missing_columns`. */
export async function preparedRows(
  fitted: FittedRecipe,
  rows: Cells,
  names: readonly string[],
  wanted: readonly string[],
): Promise<(string | null)[][]> {
  const { state } = lineageOf(fitted);
  const columns = wanted.map((name) => state.find((column) => column.name === name)!);
  const reads = columns.map((column): Read => ({ column, as: column.form === 'number' ? 'number' : 'text' }));
  return (await overRows(fitted, rows, names, reads, columns.map(cellSql))) as (string | null)[][];
}

/** Columns from any place in the recipe, of rows as they stand in a file: texts, or numbers as doubles; null where missing. Throws `missing_columns`. */
export const readRows = (
  fitted: FittedRecipe,
  rows: Cells,
  names: readonly string[],
  reads: readonly Read[],
): Promise<(string | number | null)[][]> => overRows(fitted, rows, names, reads, reads.map(readSql));

async function overRows(
  fitted: FittedRecipe,
  rows: Cells,
  names: readonly string[],
  reads: readonly Read[],
  expressions: readonly string[],
): Promise<(string | number | null)[][]> {
  const lineage = lineageOf(fitted);
  checkNames(rawNames(lineage, columnsOf(reads)), names);
  if (rows.length === 0) return [];
  for (const { kind, settings } of fitted.steps) await stepKinds.find((one) => one.kind === kind)?.load?.(settings);
  return withDuck({ threads: 1 }, async (connection) => {
    addTextFunctions(connection, stepFunctions);
    await fillTable(connection, fitted, rows, names);
    const statement = `SELECT ${expressions.join(', ')} FROM ${lineage.relation} ORDER BY rid`;
    return (await connection.runAndReadAll(statement)).getRowsJS() as (string | number | null)[][];
  });
}

const chunkRows = 2048;

/** The table `raw`: c0, c1, … as an import would keep them, `rid`, and `split`, which is none. Columns that nothing asks for may be absent: they are missing. */
async function fillTable(
  connection: DuckDBConnection,
  { columns }: FittedRecipe,
  rows: Cells,
  names: readonly string[],
): Promise<void> {
  const cells = columns.map((_, i) => `c${i} VARCHAR`).join(', ');
  await connection.run(`CREATE TEMP TABLE raw_cells (rid VARCHAR, ${cells})`);
  const appender = await connection.createAppender('raw_cells');
  const places = columns.map(({ name }) => names.indexOf(name));
  for (let start = 0; start < rows.length; start += chunkRows) {
    const some = rows.slice(start, start + chunkRows);
    const chunk = DuckDBDataChunk.create([VARCHAR, ...columns.map(() => VARCHAR)], some.length);
    chunk.setColumnValues(
      0,
      some.map((_, i) => String(start + i)),
    );
    places.forEach((place, c) => {
      chunk.setColumnValues(
        c + 1,
        some.map((row) => cellOf(row[place])),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await connection.run(
    'CREATE TEMP VIEW raw AS SELECT * REPLACE (rid::INTEGER AS rid), NULL::UTINYINT AS split FROM raw_cells',
  );
}

const cellOf = (cell: string | null | undefined): string | null =>
  cell === null || cell === undefined ? null : readCell(cell);

function checkNames(needed: ReadonlySet<string>, names: readonly string[]): void {
  const missing = [...needed].filter((name) => !names.includes(name));
  if (missing.length === 0) return;
  throw new AtelierError(
    'missing_columns',
    `The data lacks ${missing.length === 1 ? 'a column' : `${missing.length} columns`} that the model's recipe begins with: ${missing.slice(0, 10).join(', ')}. Use data with the columns as they were imported.`,
    [`columns found: ${names.join(', ')}`],
  );
}
