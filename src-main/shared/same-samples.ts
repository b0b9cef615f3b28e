import type { Manifest } from './dataset.ts';

const blobs = ['table', 'images', 'sounds', 'places', 'rows'] as const;

/** The same samples in the same order, whatever is said of them: of versions whose source has grown, the same parts too. */
export const sameSamples = (a: Manifest, b: Manifest): boolean =>
  a.samples === b.samples &&
  blobs.every((blob) => a.blobs[blob] === b.blobs[blob]) &&
  JSON.stringify([a.parts, a.soundParts]) === JSON.stringify([b.parts, b.soundParts]);
