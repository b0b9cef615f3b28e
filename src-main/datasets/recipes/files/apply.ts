import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { Recipe } from '../../../shared/recipe.ts';
import { writeBlob } from '../../blobs.ts';
import { eachRow, withDuck } from '../../duck.ts';
import type { Watched } from '../../shared-work.ts';
import { keepBase } from './base.ts';
import { fitFiles, stepCounts, type StepCount } from './fit.ts';
import { subsetOf } from './subset.ts';

/**
 * The next version of images or sounds: those of `base` (a version without a recipe) that these steps keep, in its order. Samples keep their split,
 * and what is stored of them is pointed at, not stored again. Errors: those of the steps, step_unfit, no_rows.
 */
export async function applyToFiles(
  blobs: string,
  base: Manifest,
  recipe: Recipe,
  watched: Watched = {},
): Promise<{ manifest: Manifest; counts: StepCount[] }> {
  if (recipe.steps.length === 0) return { manifest: base, counts: [] };
  const { signal } = watched;
  return withDuck({ blobs, signal }, async (connection) => {
    const { fitted } = await fitFiles(connection, blobs, base, recipe, watched);
    const counts = await stepCounts(connection, fitted, base.samples);
    const made = { recipe, raw: keepBase(base) };
    if (!fitted.drops) return { manifest: { ...base, ...made }, counts };
    const rows = await rowsLeft(connection, fitted.relation);
    signal?.throwIfAborted();
    const next = await subsetOf(blobs, base, rows);
    const blob = await writeBlob(blobs, new Uint8Array(rows.buffer));
    return { manifest: { ...next, ...made, blobs: { ...next.blobs, rows: blob } }, counts };
  });
}

async function rowsLeft(connection: DuckDBConnection, relation: string): Promise<Int32Array> {
  const rows: number[] = [];
  await eachRow(connection, `SELECT rid FROM ${relation} ORDER BY rid`, (row) => {
    rows.push(row);
  });
  if (rows.length > 0) return Int32Array.from(rows);
  throw new AtelierError(
    'no_rows',
    'The recipe leaves no sample. Switch off the steps that leave samples out, or make them milder.',
  );
}
