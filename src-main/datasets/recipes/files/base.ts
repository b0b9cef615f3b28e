import type { Manifest, RawFiles } from '../../../shared/dataset.ts';

/** A version of images or sounds as it was before its recipe, divided as it is now; itself where it has none. */
export function fileBase(manifest: Manifest): Manifest {
  const {
    recipe: _recipe,
    raw,
    parts: _parts,
    soundParts: _sounds,
    annotations: _marks,
    asRead: _read,
    classSets: _sets,
    ...own
  } = manifest;
  if (!raw?.files) return manifest;
  const { folds: _folds, ...blobs } = raw.files.blobs;
  return {
    ...own,
    ...raw.files,
    samples: raw.samples,
    blobs: { ...blobs, split: raw.split, ...(raw.folds && { folds: raw.folds }) },
  };
}

/** What a version with a recipe keeps of the one before it. */
export function keepBase(base: Manifest): NonNullable<Manifest['raw']> {
  const { samples, task, classes, classSets, splits, blobs, parts, soundParts, asRead, annotations, notes } = base;
  const files: RawFiles = {
    ...{ task, classes, splits, blobs, notes },
    ...(classSets && { classSets }),
    ...(parts && { parts }),
    ...(soundParts && { soundParts }),
    ...(asRead && { asRead }),
    ...(annotations && { annotations }),
  };
  return { samples, columns: [], split: blobs.split, ...(blobs.folds && { folds: blobs.folds }), files };
}
