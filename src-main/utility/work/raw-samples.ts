import { columnSql, parquetSql, withDuck } from '../../datasets/duck.ts';
import { StoredSounds } from '../../datasets/audio/stored.ts';
import { int32s, readBlob } from '../../datasets/blobs.ts';
import { inputColumns, type Encoder } from '../../datasets/encode/encoder.ts';
import { rawTable } from '../../datasets/recipes/raw-table.ts';
import type { EncodedSplit } from '../../datasets/training-data.ts';
import type { Manifest } from '../../shared/dataset.ts';

/** Samples as an exported model takes them: before any encoding. Texts are columns of a table. */
export type RawSamples =
  | RawRows
  | { kind: 'images'; count: number; pixels: Uint8Array }
  /** At the model's rate. A batch of an exported file's are of one length. */
  | { kind: 'audio'; sounds: Int16Array[] };

export interface RawRows {
  kind: 'table';
  columns: string[];
  rows: (string | null)[][];
}

export function countOf(raw: RawSamples): number {
  if (raw.kind === 'table') return raw.rows.length;
  return raw.kind === 'images' ? raw.count : raw.sounds.length;
}

/** A few hundred at a time: bounded memory, and a cancel is heard in between. */
const batchSize = 256;
const rowsAtOnce = 2048;

export interface RawSource {
  blobs: string;
  manifest: Manifest;
  /** Which samples, in ascending order. Images are taken from its `x`, which is what is stored. */
  split: Pick<EncodedSplit, 'count' | 'x' | 'indices'>;
  /** Names the columns to read. */
  encoder: Encoder;
}

/** Hands the split's raw samples to `work`, batch after batch, in order. */
export async function eachRawBatch(source: RawSource, work: (raw: RawSamples) => Promise<void>): Promise<void> {
  if (source.encoder.kind === 'audio') return eachSound(source, work);
  if (source.encoder.kind !== 'images') return eachTableBatch(source, work);
  const { count, x } = source.split;
  const size = count === 0 ? 0 : x.length / count;
  for (let from = 0; from < count; from += batchSize) {
    const to = Math.min(count, from + batchSize);
    await work({ kind: 'images', count: to - from, pixels: x.subarray(from * size, to * size) as Uint8Array });
  }
}

/** One by one and whole: each is of a length of its own. */
async function eachSound(
  { blobs, manifest, split }: RawSource,
  work: (raw: RawSamples) => Promise<void>,
): Promise<void> {
  const stored = await StoredSounds.open(blobs, manifest);
  for (const sample of split.indices) {
    await work({ kind: 'audio', sounds: [await stored.read(sample)] });
  }
}

async function eachTableBatch(
  { blobs, manifest, split, encoder }: RawSource,
  work: (raw: RawSamples) => Promise<void>,
): Promise<void> {
  const raw = rawTable(manifest);
  const table = parquetSql(blobs, raw.table);
  const columns = inputColumns(encoder);
  const sql = columnSql(raw);
  const { indices } = split;
  // Of a recipe's version the row as it was imported.
  const left = manifest.blobs.rows ? int32s(await readBlob(blobs, manifest.blobs.rows)) : null;
  const rowOf = (place: number): number => (left ? left[indices[place]] : indices[place]);
  await withDuck({ blobs }, async (connection) => {
    const names = ['file_row_number::INTEGER', ...columns.map((name) => sql(name))];
    const result = await connection.stream(`SELECT ${names.join(', ')} FROM ${table} ORDER BY file_row_number`);
    let rows: (string | null)[][] = [];
    let next = 0;
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const vectors = names.map((_, c) => chunk!.getColumnVector(c));
      for (let r = 0; r < chunk.rowCount && next < split.count; r++) {
        // A row may stand there several times.
        for (; next < split.count && (vectors[0].getItem(r) as number) === rowOf(next); next++) {
          rows.push(columns.map((_, c) => vectors[c + 1].getItem(r) as string | null));
          if (rows.length < rowsAtOnce) continue;
          await work({ kind: 'table', columns, rows });
          rows = [];
        }
      }
      if (next === split.count) break;
    }
    if (rows.length > 0) await work({ kind: 'table', columns, rows });
  });
}
