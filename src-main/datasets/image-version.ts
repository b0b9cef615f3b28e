import type { AnnotationSummary } from '../shared/annotation.ts';
import type { BlobHash, Manifest, ImageShape, Rejected, SourceFile } from '../shared/dataset.ts';
import { writeBlob, type BlobWriter } from './blobs.ts';
import type { KnownImages } from './grow/known-images.ts';
import { carvedValidation, completeGiven, countSplits, defaultFractions, divide } from './splits.ts';

/** What an importer of images has when every pixel is written. */
export interface ImageSet {
  image: ImageShape;
  /** The pixels, not yet committed. */
  pixels: BlobWriter;
  names: string[];
  /** Each file's SHA-256, where images come of files. */
  contents?: string[];
  /** Images that are stored already: per image the sample that it is, or -1 where its pixels are among these. */
  grown?: { known: KnownImages; from: Int32Array };
  /** Class index per sample, -1 where it has none. */
  labels: Int32Array;
  classes: string[];
  /** The split byte per sample where the source is divided already. */
  given: Uint8Array | null;
  sources: SourceFile[];
  rejectedCount: number;
  rejected: Rejected[];
  notes: Manifest['notes'];
  /** What is stored besides: annotations, original files. */
  more?: { annotations: AnnotationSummary; commit(): Promise<Partial<Manifest['blobs']>> };
}

/** Divides the samples, stores what belongs to them and makes the manifest. */
export async function finishImages(blobs: string, set: ImageSet, seed: number): Promise<Manifest> {
  const labels = set.classes.length > 0 ? set.labels : null;
  const split = set.given
    ? completeGiven(set.given, labels, carvedValidation, seed)
    : divide(set.labels.length, labels, defaultFractions, seed);
  const classes = set.classes.map((name) => ({ name, count: 0 }));
  for (const label of set.labels) if (label >= 0) classes[label].count++;
  const notes = [...set.notes];
  if (classes.length === 0 && !set.more) {
    notes.push({
      code: 'no_classes',
      message:
        'The images have no classes, which nets that make or give back images need not. To tell images apart, put those of each class into a folder named after it.',
    });
  }
  if (classes.length === 1) {
    notes.push({
      code: 'single_class',
      message: `All images are of one class ("${classes[0].name}"). Training needs at least two: add a folder of images of another.`,
    });
  }
  const pictures = await storePictures(blobs, set);
  return {
    kind: 'images',
    samples: set.labels.length,
    columns: [],
    target: null,
    task: 'classification',
    classes,
    image: set.image,
    splits: countSplits(split),
    splitSource: set.given ? 'given' : labels ? 'stratified' : 'random',
    splitSeed: seed,
    blobs: {
      split: await writeBlob(blobs, split),
      labels: await writeBlob(blobs, new Uint8Array(set.labels.buffer, set.labels.byteOffset, set.labels.byteLength)),
      names: await writeBlob(blobs, Buffer.from(JSON.stringify(set.names))),
      ...(set.contents && { contents: await writeBlob(blobs, Buffer.from(set.contents.join(''), 'hex')) }),
      ...pictures.blobs,
    },
    ...(pictures.parts && { parts: pictures.parts }),
    ...(set.more && { annotations: set.more.annotations }),
    sources: set.sources,
    rejectedCount: set.rejectedCount,
    rejected: set.rejected,
    notes,
  };
}

type Pictures = Pick<Manifest, 'parts'> & { blobs: Partial<Manifest['blobs']> & { images: BlobHash } };

/** The pixels, and the files as they came: all of them, or beside those that are stored already. */
async function storePictures(blobs: string, { pixels, grown, more, image }: ImageSet): Promise<Pictures> {
  const isNew = !grown || grown.from.includes(-1);
  const others = (await more?.commit()) ?? {};
  const images = isNew ? await pixels.commit() : await pixels.abort();
  if (!grown || grown.from.every((sample) => sample < 0)) return { blobs: { ...others, images: images! } };
  const { originals, originalOffsets, ...rest } = others;
  const added = images ? { images, ...(originals && { originals, originalOffsets }) } : null;
  const { parts, places } = await grown.known.gather(grown.from, added, image.channels);
  return { parts, blobs: { ...rest, ...parts[0], places: await writeBlob(blobs, places) } };
}
