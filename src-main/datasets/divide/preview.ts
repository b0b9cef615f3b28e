import { classSetsOf } from '../../shared/class-sets.ts';
import type { Manifest } from '../../shared/dataset.ts';
import type { SplitPreview, SplitWish } from '../../shared/split.ts';
import { parquetSql, withDuck } from '../duck.ts';
import { fileLabels } from '../labels.ts';
import { countSplits } from '../splits.ts';
import { readTarget } from '../table-target.ts';
import { divideAs, type Divisible } from './divide.ts';

/** What a division would give; nothing is stored. Throws what making it would throw. */
export async function previewSplit(blobs: string, manifest: Manifest, wish: SplitWish): Promise<SplitPreview> {
  if (manifest.kind !== 'table') {
    const labels = await fileLabels(blobs, manifest);
    return preview({ blobs, manifest, labels, connection: null }, classSetsOf(manifest), wish);
  }
  return withDuck({ blobs }, async (connection) => {
    const table = parquetSql(blobs, manifest.blobs.table!);
    const { labels, sets } = await readTarget(connection, table, manifest.columns, manifest.target);
    return preview({ blobs, manifest, labels, connection }, sets ?? classSetsOf(manifest), wish);
  });
}

/** `sets`: what the labels stand for, as indices of classes. */
async function preview(
  source: Divisible,
  sets: readonly (readonly number[])[],
  wish: SplitWish,
): Promise<SplitPreview> {
  const { manifest, labels } = source;
  const how = wish.how ?? (labels ? 'stratified' : 'random');
  const made = await divideAs(source, { ...wish, how });
  const counts = manifest.classes.map((): [number, number, number] => [0, 0, 0]);
  labels?.forEach((label, sample) => {
    for (const c of sets[label] ?? []) counts[c][made.split[sample]]++;
  });
  return {
    splits: countSplits(made.split),
    classes: labels ? manifest.classes.map(({ name }, i) => ({ name, counts: counts[i] })) : [],
    groups: made.groups,
    begins: made.begins,
    notes: made.notes,
  };
}
