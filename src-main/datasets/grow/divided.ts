import type { BlobHash, Manifest } from '../../shared/dataset.ts';
import { readBlob } from '../blobs.ts';
import type { Divided } from './split.ts';

/** How a version is divided; `of`: where its bytes are. */
export async function readDivided(
  blobs: string,
  { split: settings, splitSource: source, splitSeed: seed, ...manifest }: Manifest,
  of: { split: BlobHash; folds?: BlobHash } = manifest.blobs,
): Promise<Divided> {
  return {
    split: await readBlob(blobs, of.split),
    folds: of.folds === undefined ? null : await readBlob(blobs, of.folds),
    source,
    seed,
    settings,
  };
}

/** What a manifest says of it. */
export const dividedAs = ({
  split,
  splitSource,
  splitSeed,
}: Manifest): Pick<Manifest, 'split' | 'splitSource' | 'splitSeed'> => ({
  splitSource,
  splitSeed,
  ...(split && { split }),
});
