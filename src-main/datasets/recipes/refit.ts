import type { DuckDBConnection } from '@duckdb/node-api';
import type { BlobHash, Manifest } from '../../shared/dataset.ts';
import { int32s, readBlob, writeBlob } from '../blobs.ts';
import { applyRecipe } from './apply.ts';

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
  /** Of all rows, where those left out are as they were, or in turn. */
  const ofAllRows = async (each: BlobHash, before: BlobHash | undefined): Promise<BlobHash> => {
    if (!rows) return each;
    const bytes = await readBlob(blobs, each);
    const parts = 1 + bytes.reduce((most, part) => Math.max(most, part), 0);
    const whole = before
      ? (await readBlob(blobs, before)).slice()
      : Uint8Array.from({ length: raw.samples }, (_, row) => row % parts);
    rows.forEach((row, sample) => (whole[row] = bytes[sample]));
    return writeBlob(blobs, whole);
  };
  const { split, folds } = manifest.blobs;
  const { folds: _folds, ...kept } = raw;
  const changed = {
    ...manifest,
    raw: {
      ...kept,
      split: await ofAllRows(split, raw.split),
      ...(folds ? { folds: await ofAllRows(folds, undefined) } : {}),
    },
  };
  return applyRecipe(connection, blobs, changed, recipe, signal);
}
