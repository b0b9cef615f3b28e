import type { Manifest } from '../shared/dataset.ts';
import { int32s } from './encode/images.ts';
import { readBlob } from './blobs.ts';

/** Class index per image or sound, -1 without one; null where there are no classes. */
export const fileLabels = async (blobs: string, manifest: Manifest): Promise<Int32Array | null> =>
  manifest.classes.length > 0 ? int32s(await readBlob(blobs, manifest.blobs.labels!)) : null;
