import type { Manifest, Rejected, SourceFile } from '../shared/dataset.ts';
import { writeBlob } from './blobs.ts';
import { carvedValidation, completeGiven, countSplits, defaultFractions, divide } from './splits.ts';

/** What an importer of files, each of which is a sample, knows of them besides what is in them. */
export interface LabelledSamples {
  names: string[];
  /** Class index per sample, -1 where it has none. */
  labels: Int32Array;
  classes: string[];
  /** The split byte per sample where the source is divided already. */
  given: Uint8Array | null;
  sources: SourceFile[];
  rejectedCount: number;
  rejected: Rejected[];
  notes: Manifest['notes'];
}

/** Divides the samples, counts their classes and stores what is small: a manifest without what the samples hold. */
export async function storeLabelled(
  blobs: string,
  set: LabelledSamples,
  seed: number,
): Promise<Omit<Manifest, 'kind' | 'image' | 'audio'>> {
  const labels = set.classes.length > 0 ? set.labels : null;
  const split = set.given
    ? completeGiven(set.given, labels, carvedValidation, seed)
    : divide(set.labels.length, labels, defaultFractions, seed);
  const classes = set.classes.map((name) => ({ name, count: 0 }));
  for (const label of set.labels) if (label >= 0) classes[label].count++;
  return {
    samples: set.labels.length,
    columns: [],
    target: null,
    task: 'classification',
    classes,
    splits: countSplits(split),
    splitSource: set.given ? 'given' : labels ? 'stratified' : 'random',
    splitSeed: seed,
    blobs: {
      split: await writeBlob(blobs, split),
      labels: await writeBlob(blobs, new Uint8Array(set.labels.buffer, set.labels.byteOffset, set.labels.byteLength)),
      names: await writeBlob(blobs, Buffer.from(JSON.stringify(set.names))),
    },
    sources: set.sources,
    rejectedCount: set.rejectedCount,
    rejected: set.rejected,
    notes: set.notes,
  };
}
