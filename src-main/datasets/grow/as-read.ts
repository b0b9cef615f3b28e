import type { Manifest } from '../../shared/dataset.ts';

/** A version that was read from its source, with the classes and marks as the source has them, not as they were corrected. */
export function asRead(manifest: Manifest): Manifest {
  if (!manifest.asRead) return manifest;
  const { classes, ...blobs } = manifest.asRead;
  const read = { ...manifest, blobs: { ...manifest.blobs, ...blobs } };
  if (!classes) return read;
  // Sources of files say one class of each.
  const { classSets: _, ...rest } = read;
  return { ...rest, classes, task: 'classification' };
}

/** What a version keeps of its source where it says something else. */
export function keepAsRead(manifest: Manifest, source: Manifest): Pick<Manifest, 'asRead'> {
  const { labels, annotations, annotationOffsets } = source.blobs;
  const kept: Manifest['asRead'] = {
    ...((labels !== manifest.blobs.labels || manifest.classSets) && { labels, classes: source.classes }),
    ...(annotations !== manifest.blobs.annotations && { annotations, annotationOffsets }),
  };
  return Object.keys(kept).length > 0 ? { asRead: kept } : {};
}
