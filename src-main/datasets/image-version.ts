import type { AnnotationSummary } from '../shared/annotation.ts';
import type { BlobHash, Manifest, ImageShape } from '../shared/dataset.ts';
import { writeBlob, type BlobWriter } from './blobs.ts';
import type { KnownImages } from './grow/known-images.ts';
import { storeLabelled, type LabelledSamples } from './labelled-samples.ts';

/** What an importer of images has when every pixel is written. */
export interface ImageSet extends LabelledSamples {
  image: ImageShape;
  /** The pixels, not yet committed. */
  pixels: BlobWriter;
  /** Each file's SHA-256, where images come of files. */
  contents?: string[];
  /** Images that are stored already: per image the sample that it is, or -1 where its pixels are among these. */
  grown?: { known: KnownImages; from: Int32Array };
  annotations?: AnnotationSummary;
  /** Stores what there is besides: annotations, original files. */
  commit?: () => Promise<Partial<Manifest['blobs']>>;
}

/** Divides the samples, stores what belongs to them and makes the manifest. */
export async function finishImages(blobs: string, set: ImageSet, seed: number): Promise<Manifest> {
  const { classes } = set;
  const notes = [...set.notes];
  if (classes.length === 0 && !set.annotations) {
    notes.push({
      code: 'no_classes',
      message:
        'The images have no classes, which nets that make or give back images need not. To tell images apart, put those of each class into a folder named after it.',
    });
  }
  if (classes.length === 1) {
    notes.push({
      code: 'single_class',
      message: `All images are of one class ("${classes[0]}"). Training needs at least two: add a folder of images of another.`,
    });
  }
  const stored = await storeLabelled(blobs, { ...set, notes }, seed);
  const contents = set.contents && (await writeBlob(blobs, Buffer.from(set.contents.join(''), 'hex')));
  // The large ones last: should the disk fill up here, next to nothing is left behind.
  const pictures = await storePictures(blobs, set);
  return {
    kind: 'images',
    ...stored,
    image: set.image,
    blobs: { ...stored.blobs, ...(contents && { contents }), ...pictures.blobs },
    ...(pictures.parts && { parts: pictures.parts }),
    ...(set.annotations && { annotations: set.annotations }),
  };
}

type Pictures = Pick<Manifest, 'parts'> & { blobs: Partial<Manifest['blobs']> & { images: BlobHash } };

/** The pixels, and the files as they came: all of them, or beside those that are stored already. */
async function storePictures(blobs: string, { pixels, grown, commit, image }: ImageSet): Promise<Pictures> {
  const isNew = !grown || grown.from.includes(-1);
  const others = (await commit?.()) ?? {};
  const images = isNew ? await pixels.commit() : await pixels.abort();
  if (!grown || grown.from.every((sample) => sample < 0)) return { blobs: { ...others, images: images! } };
  const { originals, originalOffsets, ...rest } = others;
  const added = images ? { images, ...(originals && { originals, originalOffsets }) } : null;
  const { parts, places } = await grown.known.gather(grown.from, added, image.channels);
  return { parts, blobs: { ...rest, ...parts[0], places: await writeBlob(blobs, places) } };
}
