import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { StoredSounds } from '../audio/stored.ts';
import { columnSql, parquetSql } from '../duck.ts';
import type { Groups } from '../divide/groups.ts';
import { groupRows, numberPairs } from '../divide/keys.ts';
import { bytesOfImage, readPixels } from '../images/pixels.ts';

const blockFiles = 256;

/** Which samples have the same content: of a table the columns that are learnt from (all but the target, where none is). */
export function sameRows(connection: DuckDBConnection, blobs: string, manifest: Manifest): Promise<Groups> {
  const features = manifest.columns.filter(({ role }) => role === 'feature');
  const compared = features.length > 0 ? features : manifest.columns.filter(({ role }) => role !== 'target');
  const sql = columnSql(manifest);
  const content = `row(${compared.map(({ name }) => sql(name)).join(', ')})`;
  return groupRows(connection, parquetSql(blobs, manifest.blobs.table!), manifest.samples, content);
}

/** Images and sounds: by what is trained on. */
export async function sameFiles(blobs: string, manifest: Manifest, pause: () => Promise<void>): Promise<Groups> {
  const { samples } = manifest;
  const contents = manifest.kind === 'audio' ? await soundsBetween(blobs, manifest) : imagesBetween(blobs, manifest);
  const [low, high] = [new Int32Array(samples), new Int32Array(samples)];
  for (let from = 0; from < samples; from += blockFiles) {
    const to = Math.min(samples, from + blockFiles);
    (await contents(from, to)).forEach((bytes, k) => {
      const digest = createHash('md5').update(bytes).digest();
      low[from + k] = digest.readInt32LE(0) & 0x7fffffff;
      high[from + k] = digest.readInt32LE(4);
    });
    await pause();
  }
  return numberPairs(low, high);
}

/** The bytes of each sample from one to before another. */
type Contents = (from: number, to: number) => Promise<Uint8Array[]>;

function imagesBetween(blobs: string, manifest: Manifest): Contents {
  const size = bytesOfImage(manifest.image!);
  return async (from, to) => {
    const block = Int32Array.from({ length: to - from }, (_, k) => from + k);
    const bytes = await readPixels(blobs, manifest, block);
    return Array.from(block, (_, k) => bytes.subarray(k * size, (k + 1) * size));
  };
}

async function soundsBetween(blobs: string, manifest: Manifest): Promise<Contents> {
  const stored = await StoredSounds.open(blobs, manifest);
  return async (from, to) => {
    const pieces: Uint8Array[] = [];
    for (let sample = from; sample < to; sample++) pieces.push(await stored.bytes(sample));
    return pieces;
  };
}
