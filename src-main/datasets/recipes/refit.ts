import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { int32s, readBlob } from '../blobs.ts';
import { applyRecipe } from './apply.ts';
import { ofAllRows } from './whole.ts';

/** A version whose split or target has changed after its recipe, with the recipe learnt anew. Rows that it leaves out keep the split they had. */
export async function refitted(
  connection: DuckDBConnection,
  blobs: string,
  manifest: Manifest,
  signal?: AbortSignal,
): Promise<Manifest> {
  const { raw, recipe } = manifest;
  if (!raw || !recipe) return manifest;
  const rows = manifest.blobs.rows ? int32s(await readBlob(blobs, manifest.blobs.rows)) : null;
  const { split, folds } = manifest.blobs;
  const { folds: _folds, ...kept } = raw;
  const changed = {
    ...manifest,
    raw: {
      ...kept,
      split: await ofAllRows(blobs, rows, raw.samples, split, raw.split),
      ...(folds ? { folds: await ofAllRows(blobs, rows, raw.samples, folds, undefined) } : {}),
    },
  };
  return applyRecipe(connection, blobs, changed, recipe, signal);
}
