import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import type { SplitPreview, SplitWish } from '../../shared/split.ts';
import { parquetSql, withDuck } from '../duck.ts';
import { fileLabels } from '../labels.ts';
import { countSplits } from '../splits.ts';
import { readTarget } from '../table-target.ts';
import { divideAs } from './divide.ts';

/** What a division would give; nothing is stored. Throws what making it would throw. */
export async function previewSplit(blobs: string, manifest: Manifest, wish: SplitWish): Promise<SplitPreview> {
  if (manifest.kind !== 'table') {
    return preview(blobs, manifest, await fileLabels(blobs, manifest), null, wish);
  }
  return withDuck({ blobs }, async (connection) => {
    const table = parquetSql(blobs, manifest.blobs.table!);
    const { labels } = await readTarget(connection, table, manifest.columns, manifest.target);
    return preview(blobs, manifest, labels, connection, wish);
  });
}

async function preview(
  blobs: string,
  manifest: Manifest,
  labels: Int32Array | null,
  connection: DuckDBConnection | null,
  wish: SplitWish,
): Promise<SplitPreview> {
  const how = wish.how ?? (labels ? 'stratified' : 'random');
  const made = await divideAs({ blobs, manifest, labels, connection }, { ...wish, how });
  const counts = manifest.classes.map((): [number, number, number] => [0, 0, 0]);
  labels?.forEach((label, sample) => {
    if (label >= 0) counts[label][made.split[sample]]++;
  });
  return {
    splits: countSplits(made.split),
    classes: labels ? manifest.classes.map(({ name }, i) => ({ name, counts: counts[i] })) : [],
    groups: made.groups,
    begins: made.begins,
    notes: made.notes,
  };
}
