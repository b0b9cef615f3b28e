import { cpus } from 'node:os';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BlobHash, Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import { checkFit, type Recipe } from '../../shared/recipe.ts';
import { adopt, partialPath, readBlob, writeBlob } from '../blobs.ts';
import { describeColumn } from '../columns.ts';
import { countColumns } from '../count-columns.ts';
import { eachRow, parquetFileSql, parquetSql, rowsOf, sampleRelation, sqlPath } from '../duck.ts';
import { countSplits } from '../splits.ts';
import { memoryFor, quickly } from '../tables/store.ts';
import { readTarget, targetNotes, targetNoteCodes } from '../table-target.ts';
import { fitRecipe, type Fitted } from './fit.ts';
import { stepInfos } from './index.ts';
import { beforeRecipe, decidedColumns, fittedRecipe, rawTable, retyped, type RawTable } from './raw-table.ts';
import { carriedMarks, lossCode, lossNotes } from './spans/carry.ts';
import { cellSql } from './values.ts';

/**
 * The next version's manifest: the table as imported, through these steps. Samples that stay keep their split. Nothing stored is touched.
 * Errors: those of the steps, no_rows, too_many_classes; `annotated` where a step leaves spans that are marked in texts no place.
 */
export async function applyRecipe(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  recipe: Recipe,
  signal?: AbortSignal,
): Promise<Manifest> {
  checkFit(recipe, manifest.kind, stepInfos);
  const raw = await decided(connection, blobs, manifest);
  const before = beforeRecipe(manifest);
  const { raw: _raw, rows: _rows, recipe: _recipe, folds: _folds, ...others } = before.blobs;
  const {
    recipe: _steps,
    raw: _before,
    ...kept
  } = {
    ...before,
    notes: before.notes.filter(({ code }) => code !== lossCode),
  };
  if (recipe.steps.length === 0) {
    return describe(connection, blobs, {
      ...kept,
      samples: raw.samples,
      columns: raw.columns,
      blobs: { ...others, table: raw.table, split: raw.split, ...(raw.folds ? { folds: raw.folds } : {}) },
    });
  }
  const samples = await sampleRelation(connection, blobs, { blobs: { table: raw.table, split: raw.split } });
  await connection.run('SET threads = 1');
  const relation = `(SELECT *, file_row_number::INTEGER AS rid FROM ${samples})`;
  const fitted = await fitRecipe(connection, relation, raw.columns, recipe, signal);
  await connection.run(`SET threads = ${Math.min(cpus().length, 8)}`);
  signal?.throwIfAborted();

  const parquet = await partialPath(blobs);
  await connection.run(`SET memory_limit = '${memoryFor(fitted.state.length)}MB'`);
  await writeTable(connection, fitted, parquet);
  const left = fitted.drops ? await rowsLeft(connection, fitted) : null;
  const ofRowsLeft = async (each: BlobHash): Promise<BlobHash> => {
    if (!left) return each;
    const bytes = await readBlob(blobs, each);
    return writeBlob(
      blobs,
      Uint8Array.from(left, (row) => bytes[row]),
    );
  };
  const columns = await describeColumns(connection, parquetFileSql(parquet), fitted, raw.columns);
  const marks = await carriedMarks(connection, blobs, before, fitted);
  return describe(connection, blobs, {
    ...kept,
    ...(marks && { annotations: marks.annotations, notes: [...kept.notes, ...lossNotes(marks.raw)] }),
    samples: left ? left.length : raw.samples,
    columns,
    recipe,
    raw: {
      samples: raw.samples,
      columns: raw.columns,
      split: raw.split,
      ...(raw.folds ? { folds: raw.folds } : {}),
      ...(marks ? { marks: marks.raw } : {}),
    },
    blobs: {
      ...others,
      ...marks?.blobs,
      // The large one last: should the disk fill up here, next to nothing is left behind.
      recipe: await writeBlob(blobs, Buffer.from(JSON.stringify(fitted.recipe))),
      ...(left ? { rows: await writeBlob(blobs, new Uint8Array(left.buffer)) } : {}),
      split: await ofRowsLeft(raw.split),
      ...(raw.folds ? { folds: await ofRowsLeft(raw.folds) } : {}),
      raw: raw.table,
      table: await adopt(blobs, parquet),
    },
  });
}

/** The table before the recipe, its columns as people have since decided, counted. */
async function decided(connection: DuckDBConnection, blobs: string, manifest: Manifest): Promise<RawTable> {
  const raw = rawTable(manifest);
  const columns = decidedColumns(manifest, await fittedRecipe(blobs, manifest));
  const table = parquetSql(blobs, raw.table);
  for (const i of retyped(raw.columns, columns)) {
    const [facts] = await countColumns(connection, table, [i]);
    columns[i] = await describeColumn(connection, table, i, facts, columns[i]);
  }
  return { ...raw, columns };
}

async function writeTable(connection: DuckDBConnection, { state, relation, drops }: Fitted, to: string): Promise<void> {
  const cells = state.map((column, i) => `${cellSql(column)} AS c${i}`).join(', ');
  const order = drops ? ' ORDER BY rid' : '';
  await connection.run(
    `COPY (SELECT ${cells} FROM ${relation}${order}) TO ${sqlPath(to)} (FORMAT parquet, ${quickly})`,
  );
}

/** The rows that stay, by their numbers in the table as imported, as often as they stand there. Throws `no_rows`. */
async function rowsLeft(connection: DuckDBConnection, { relation }: Fitted): Promise<Int32Array> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${relation}`);
  const rows = new Int32Array(Number(n));
  let count = 0;
  await eachRow(connection, `SELECT rid FROM ${relation} ORDER BY rid`, (row) => {
    rows[count++] = row;
  });
  if (count > 0) return rows;
  throw new AtelierError(
    'no_rows',
    'The recipe leaves no row. Switch off the steps that leave rows out, or make them milder.',
  );
}

/** What no step has touched is as it was, unless rows are gone. */
async function describeColumns(
  connection: DuckDBConnection,
  table: string,
  { state, drops }: Fitted,
  raw: readonly Column[],
): Promise<Column[]> {
  const before = new Map(raw.map((column) => [column.name, column]));
  const again = state.flatMap((column, i) => {
    const known = before.get(column.name);
    const same = !drops && column.form === 'raw' && known?.type === column.type;
    return same ? [] : [i];
  });
  const facts = await countColumns(connection, table, again);
  const columns: Column[] = [];
  for (const [i, { name, type, role, form, prepared }] of state.entries()) {
    const known = before.get(name);
    const at = again.indexOf(i);
    if (at < 0) {
      columns.push(known!);
      continue;
    }
    const own =
      form === 'raw' ? { note: known?.note, decimalComma: known?.decimalComma, separator: known?.separator } : {};
    const described = await describeColumn(connection, table, i, facts[at], { name, type, role, ...own });
    columns.push(prepared ? { ...described, prepared } : described);
  }
  return columns;
}

/** Classes, task, split and notes of the table as it is now. */
async function describe(connection: DuckDBConnection, blobs: string, next: Manifest): Promise<Manifest> {
  const target = next.columns.find(({ role }) => role === 'target')?.name ?? null;
  const table = parquetSql(blobs, next.blobs.table!);
  const found = await readTarget(connection, table, next.columns, target);
  const notes = next.notes.filter(({ code }) => !targetNoteCodes.has(code));
  const spansAlone = next.annotations && !next.target && !next.notes.some(({ code }) => code === 'no_target');
  return {
    ...next,
    target,
    task: found.task,
    classes: found.classes,
    splits: countSplits(await readBlob(blobs, next.blobs.split)),
    // Texts whose spans are what is to be told need no target, and were not said to.
    notes: [
      ...notes,
      ...targetNotes(next.columns, target, found).filter((note) => !(spansAlone && note.code === 'no_target')),
    ],
  };
}
