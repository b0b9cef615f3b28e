import type { DuckDBConnection } from '@duckdb/node-api';
import { shownText, splitNames, type Manifest } from '../../shared/dataset.ts';
import type { PreviewRow, PreviewTable, RecipePreview } from '../../shared/recipe-preview.ts';
import { checkFit, readRecipe, type Recipe } from '../../shared/recipe.ts';
import { readBlob } from '../blobs.ts';
import { parquetSql, rowsOf, withDuck } from '../duck.ts';
import type { Watched } from '../shared-work.ts';
import { fitRecipe, type Fitted } from './fit.ts';
import { previewFiles } from './files/preview.ts';
import { stepInfos } from './index.ts';
import { beforeRecipe, decidedColumns, fittedRecipe, rawTable } from './raw-table.ts';
import type { State } from './step.ts';
import { withSpans } from './spans/preview.ts';
import { cellSql } from './values.ts';

/** Steps learn from so many samples here, spread over all: quick enough to follow what is being typed. */
const sampledRows = 2000;
const shownRows = 40;
const shownColumns = 60;

/** The table before and after one step (`at`, from 1; 0 shows it as imported), on a sample of it; of images and sounds on all. Errors: those of the steps. */
export async function previewRecipe(
  blobs: string,
  manifest: Manifest,
  given: Recipe,
  at: number,
  watched: Watched = {},
  samples = sampledRows,
): Promise<RecipePreview> {
  const recipe = readRecipe(given, stepInfos);
  if (manifest.kind !== 'table') return previewFiles(blobs, manifest, recipe, at, watched);
  checkFit({ ...recipe, steps: recipe.steps.slice(0, at) }, 'table', stepInfos);
  const raw = rawTable(manifest);
  const columns = decidedColumns(manifest, await fittedRecipe(blobs, manifest));
  return withDuck({ blobs, threads: 1, signal: watched.signal }, async (connection) => {
    const relation = await sampleOf(connection, blobs, raw, samples);
    const fit = (until: number): Promise<Fitted> =>
      fitRecipe(connection, relation, columns, recipe, watched.signal, until);
    const before = await fit(at - 1);
    const after = at === 0 ? before : await fit(at);
    const rows = await cells(connection, before, shownRows);
    const ids = rows.map(({ row }) => row);
    const left = await cells(connection, after, shownRows, ids);
    const kept = new Map(left.map((each) => [each.row, each]));
    const names = shown(after.state).map(({ name }) => name);
    const places = names.map((name) => shown(before.state).findIndex((column) => column.name === name));
    const afterRows = rows.map((each): PreviewRow => {
      const found = kept.get(each.row);
      return found ?? { ...each, cells: places.map((place) => each.cells[place] ?? null), dropped: true };
    });
    const counts = await Promise.all([before, after].map((each) => count(connection, each)));
    const told = {
      before: tableOf(before.state, rows),
      after: tableOf(after.state, afterRows),
      sampled: counts[0],
      dropped: Math.max(0, counts[0] - counts[1]),
      added: Math.max(0, counts[1] - counts[0]),
    };
    return withSpans(told, connection, blobs, beforeRecipe(manifest), before, after);
  });
}

/** Rows at even distances, in a table of their own: everything after is quick. */
async function sampleOf(
  connection: DuckDBConnection,
  blobs: string,
  { table, split, samples }: ReturnType<typeof rawTable>,
  most: number,
): Promise<string> {
  const every = Math.max(1, Math.ceil(samples / most));
  const bytes = await readBlob(blobs, split);
  await connection.run(
    `CREATE TEMP TABLE sampled AS SELECT * EXCLUDE file_row_number, file_row_number::INTEGER AS rid FROM ${parquetSql(blobs, table)} WHERE file_row_number % ${every} = 0`,
  );
  const splits = Array.from({ length: Math.ceil(samples / every) }, (_, i) => bytes[i * every]);
  await connection.run(
    `ALTER TABLE sampled ADD COLUMN split UTINYINT; UPDATE sampled SET split = ([${splits.join(', ')}]::UTINYINT[])[rid // ${every} + 1]`,
  );
  return 'sampled';
}

const shown = (state: State): State => state.slice(0, shownColumns);

async function cells(
  connection: DuckDBConnection,
  { state, relation }: Fitted,
  most: number,
  only?: readonly number[],
): Promise<PreviewRow[]> {
  if (only?.length === 0) return [];
  const list = shown(state).map((column) => `left(${cellSql(column)}, ${shownText})`);
  // Of copies one is shown.
  const which = only ? `WHERE rid IN (${only.join(', ')}) QUALIFY row_number() OVER (PARTITION BY rid) = 1` : '';
  // Rows are chosen after the relation is whole: of duplicates the first stays, whichever is looked at.
  const found = await rowsOf(
    connection,
    `SELECT rid, split, [${list.join(', ')}] AS cells FROM (SELECT * FROM ${relation}) ${which} ORDER BY rid LIMIT ${most}`,
  );
  return found.map(({ rid, split, cells: values }) => ({
    row: Number(rid),
    split: splitNames[Number(split)],
    cells: values as (string | null)[],
  }));
}

async function count(connection: DuckDBConnection, { relation }: Fitted): Promise<number> {
  const [{ n }] = await rowsOf(connection, `SELECT count(*) AS n FROM ${relation}`);
  return Number(n);
}

const tableOf = (state: State, rows: PreviewRow[]): PreviewTable => ({
  columns: shown(state).map(({ name, type }) => ({ name, type })),
  rows,
});
