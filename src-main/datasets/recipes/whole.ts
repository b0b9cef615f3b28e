import type { BlobHash } from '../../shared/dataset.ts';
import { readBlob, writeBlob } from '../blobs.ts';

/**
 * What is said of the rows that a recipe has left (a byte each: split, fold), of all rows before it. `before`: what those left out keep; without it
 * they get values in turn. `rows`: where each one left stands before the recipe; null: all do, in order.
 */
export async function ofAllRows(
  blobs: string,
  rows: Int32Array | null,
  samples: number,
  each: BlobHash,
  before: BlobHash | undefined,
): Promise<BlobHash> {
  if (!rows) return each;
  const bytes = await readBlob(blobs, each);
  const parts = 1 + bytes.reduce((most, part) => Math.max(most, part), 0);
  const whole = before
    ? (await readBlob(blobs, before)).slice()
    : Uint8Array.from({ length: samples }, (_, row) => row % parts);
  rows.forEach((row, sample) => (whole[row] = bytes[sample]));
  return writeBlob(blobs, whole);
}
