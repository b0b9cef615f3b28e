import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { bytesOfImage, readPixels } from '../images/pixels.ts';
import { columnSql, parquetSql } from '../duck.ts';
import type { Groups } from '../divide/groups.ts';
import { groupRows, numberPairs } from '../divide/keys.ts';

const blockImages = 1024;

/** Which samples have the same content: of a table the columns that are learnt from (all but the target, where none is). */
export function sameRows(connection: DuckDBConnection, blobs: string, manifest: Manifest): Promise<Groups> {
  const features = manifest.columns.filter(({ role }) => role === 'feature');
  const compared = features.length > 0 ? features : manifest.columns.filter(({ role }) => role !== 'target');
  const sql = columnSql(manifest);
  const content = `row(${compared.map(({ name }) => sql(name)).join(', ')})`;
  return groupRows(connection, parquetSql(blobs, manifest.blobs.table!), manifest.samples, content);
}

export async function sameImages(blobs: string, manifest: Manifest, pause: () => Promise<void>): Promise<Groups> {
  const { samples } = manifest;
  const size = bytesOfImage(manifest.image!);
  const [low, high] = [new Int32Array(samples), new Int32Array(samples)];
  for (let from = 0; from < samples; from += blockImages) {
    const count = Math.min(blockImages, samples - from);
    const block = Int32Array.from({ length: count }, (_, k) => from + k);
    const bytes = await readPixels(blobs, manifest, block);
    for (let k = 0; k < count; k++) {
      const digest = createHash('md5')
        .update(bytes.subarray(k * size, (k + 1) * size))
        .digest();
      low[from + k] = digest.readInt32LE(0) & 0x7fffffff;
      high[from + k] = digest.readInt32LE(4);
    }
    await pause();
  }
  return numberPairs(low, high);
}
