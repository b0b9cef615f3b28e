import type { Manifest } from '../../../shared/dataset.ts';
import { countSplits, splitCode } from '../../splits.ts';
import { readBlob, writeBlob } from '../../blobs.ts';
import { columnSql, eachRow, parquetSql, withDuck } from '../../duck.ts';

/** What a language is learnt from: which samples are one text, and in which split each is. */
export interface Documents {
  /** For each sample: it goes on where the one before it ended. */
  goesOn: Uint8Array;
  /** The split byte of each. */
  split: Uint8Array;
}

/** A text that was cut into so many parts has enough of them for every split. */
const manyParts = 20;

/**
 * The samples of a corpus are parts of files, in order. A long file is divided by position: its first parts are trained on, those after
 * them validate, the last ones test; so nobody is tested on what stands between two sentences that they learnt by heart. A shorter one
 * stays whole, in the split of its first part. Of all other data each sample is a text of its own, in its own split.
 */
export async function documentsOf(blobs: string, manifest: Manifest): Promise<Documents> {
  const split = (await readBlob(blobs, manifest.blobs.split)).slice();
  const goesOn = new Uint8Array(manifest.samples);
  const file = partsOf(manifest);
  if (!file || !manifest.blobs.table) return { goesOn, split };

  const files: string[] = [];
  await withDuck({ blobs, threads: 1 }, (connection) =>
    eachRow(
      connection,
      `SELECT file_row_number::INTEGER, ${columnSql(manifest)(file)} FROM ${parquetSql(blobs, manifest.blobs.table!)}`,
      (sample, columns, row) => void (files[sample] = String(columns[1].getItem(row))),
    ),
  );
  const given = manifest.splitSource === 'given';
  for (let from = 0, to = 0; from < files.length; from = to) {
    while (to < files.length && files[to] === files[from]) to++;
    goesOn.fill(1, from + 1, to);
    if (!given) divideByPosition(split.subarray(from, to), manifest);
  }
  return { goesOn, split };
}

/** The column that names each sample's file, where the version is a corpus of files in parts. */
function partsOf({ columns, notes }: Manifest): string | null {
  const identifies = (name: string) => columns.some((column) => column.name === name && column.note === 'identifier');
  return notes.some(({ code }) => code === 'corpus') && identifies('file') && identifies('part') ? 'file' : null;
}

function divideByPosition(parts: Uint8Array, { splits, samples }: Manifest): void {
  if (parts.length < manyParts) {
    parts.fill(parts[0]);
    return;
  }
  const trained = Math.round((splits.train / samples) * parts.length);
  const validated = Math.round(((splits.train + splits.validation) / samples) * parts.length);
  parts.fill(splitCode('train'), 0, trained);
  parts.fill(splitCode('validation'), trained, validated);
  parts.fill(splitCode('test'), validated);
}

/** The version divided so: what is fitted on its training split learns nothing of the others. */
export async function dividedByDocuments(blobs: string, manifest: Manifest): Promise<Manifest> {
  const { split } = await documentsOf(blobs, manifest);
  const hash = await writeBlob(blobs, split);
  if (hash === manifest.blobs.split) return manifest;
  return { ...manifest, splits: countSplits(split), blobs: { ...manifest.blobs, split: hash } };
}
