import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Growth, GrowParams } from '../../shared/work/import.ts';
import { writeBlob } from '../blobs.ts';
import { columnSql, withDuck } from '../duck.ts';
import { applyRecipe } from '../recipes/apply.ts';
import { beforeRecipe, decidedColumns, fittedRecipe, rawTable } from '../recipes/raw-table.ts';
import { reviseDataset } from '../revise.ts';
import { countSplits } from '../splits.ts';
import { asRead, keepAsRead } from './as-read.ts';
import { correctedMarks } from './corrected-marks.ts';
import { dividedAs, readDivided } from './divided.ts';
import { matchRows } from './rows.ts';
import { growSplit } from './split.ts';

/** See `grow`. A row is told by what is in it, or by its key. */
export async function growTable(
  blobs: string,
  fresh: Manifest,
  { manifest: before, base: read, key }: GrowParams,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; growth: Growth }> {
  if (!before.annotations !== !fresh.annotations) {
    throw new AtelierError(
      'cannot_grow',
      `The texts ${fresh.annotations ? 'carry annotations now, and did not' : 'carry no annotations any more'}. Import the source as a new dataset.`,
    );
  }
  const raw = rawTable(before);
  const decided = decidedColumns(before, await fittedRecipe(blobs, before));
  const { manifest: described, target } = await asDecided(blobs, fresh, decided, before, signal);
  return withDuck({ blobs, signal }, async (connection) => {
    const { was, same, isChanged } = await match(connection, blobs, { ...before, columns: raw.columns }, fresh, key);
    // Spans stand in a text by its letters: those of another text are not its own.
    const alike = was.map((row, i) => (same[i] < 0 ? -1 : row));
    const base = asRead(beforeRecipe(read));
    const marks = fresh.annotations
      ? await correctedMarks(blobs, described, beforeRecipe(before), base, alike, isChanged)
      : null;
    const kept = was.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0);
    const growth = {
      added: fresh.samples - kept,
      removed: raw.samples - kept,
      changed: isChanged.reduce((sum, one) => sum + one, 0),
    };
    const marked: Manifest = { ...described, ...marks };
    const manifest: Manifest = { ...marked, ...keepAsRead(marked, described), target, ...dividedAs(before) };
    const divided = await readDivided(blobs, before, { split: raw.split, folds: raw.folds });
    const { split, folds } = await growSplit({ blobs, manifest, connection, was }, divided);
    manifest.splits = countSplits(split);
    manifest.blobs = { ...manifest.blobs, split: await writeBlob(blobs, split) };
    if (folds) manifest.blobs.folds = await writeBlob(blobs, folds);
    const { recipe } = before;
    return { growth, manifest: recipe ? await applyRecipe(connection, blobs, manifest, recipe, signal) : manifest };
  });
}

/** The columns of the source now, of the types and roles that were decided of those there were. */
async function asDecided(
  blobs: string,
  fresh: Manifest,
  decided: readonly Column[],
  before: Manifest,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; target: string | null }> {
  const now = new Map(fresh.columns.map((column) => [column.name, column]));
  const columns = decided
    .filter((column) => {
      const found = now.get(column.name);
      return found && (['type', 'role', 'separator'] as const).some((key) => found[key] !== column[key]);
    })
    .map(({ name, type, role, separator = null }) => ({ name, type, role, separator }));
  const target = before.target;
  if (columns.length === 0 && fresh.target === target) return { manifest: fresh, target };
  const revised = await reviseDataset({ blobs, manifest: fresh, columns, target }, signal);
  return { manifest: revised.manifest, target };
}

async function match(
  connection: DuckDBConnection,
  blobs: string,
  before: Manifest,
  fresh: Manifest,
  key: string | undefined,
): Promise<{ was: Int32Array; same: Int32Array; isChanged: Int32Array }> {
  const raw = rawTable(before);
  const [old, now] = [columnSql({ columns: raw.columns }), columnSql(fresh)];
  const names = new Set(fresh.columns.map(({ name }) => name));
  const common = raw.columns.filter(({ name }) => names.has(name));
  const matching = (columns: readonly string[]): Promise<Int32Array> => {
    const row = (sql: (name: string) => string): string => `row(${columns.map(sql).join(', ')})`;
    return matchRows(
      connection,
      blobs,
      { table: raw.table, samples: raw.samples, expression: row(old) },
      { table: fresh.blobs.table!, samples: fresh.samples, expression: row(now) },
    );
  };
  const same = await matching(common.map(({ name }) => name));
  // Another column is another content of every row.
  const columnsChanged = common.length !== raw.columns.length || common.length !== fresh.columns.length;
  if (key === undefined) {
    return { was: same, same, isChanged: same.map((row) => (columnsChanged && row >= 0 ? 1 : 0)) };
  }
  old(key);
  now(key);
  const was = await matching([key]);
  return { was, same, isChanged: was.map((row, i) => (row >= 0 && (columnsChanged || same[i] < 0) ? 1 : 0)) };
}
