import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { readBlob, writeBlob } from '../blobs.ts';
import { int32s } from '../encode/images.ts';
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
  const split = await readBlob(blobs, manifest.blobs.split);
  let whole: Uint8Array = split;
  if (manifest.blobs.rows) {
    const rows = int32s(await readBlob(blobs, manifest.blobs.rows));
    whole = (await readBlob(blobs, raw.split)).slice();
    rows.forEach((row, sample) => (whole[row] = split[sample]));
  }
  const changed = { ...manifest, raw: { ...raw, split: await writeBlob(blobs, whole) } };
  return applyRecipe(connection, blobs, changed, recipe, signal);
}
