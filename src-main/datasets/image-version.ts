import type { AnnotationSummary } from '../shared/annotation.ts';
import type { Manifest, ImageShape } from '../shared/dataset.ts';
import type { BlobWriter } from './blobs.ts';
import { storeLabelled, type LabelledSamples } from './labelled-samples.ts';

/** What an importer of images has when every pixel is written. */
export interface ImageSet extends LabelledSamples {
  image: ImageShape;
  /** The pixels, not yet committed. */
  pixels: BlobWriter;
  /** What is stored besides: annotations, original files. */
  more?: { annotations: AnnotationSummary; commit(): Promise<Partial<Manifest['blobs']>> };
}

/** Divides the samples, stores what belongs to them and makes the manifest. */
export async function finishImages(blobs: string, set: ImageSet, seed: number): Promise<Manifest> {
  const { classes } = set;
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
      message: `All images are of one class ("${classes[0]}"). Training needs at least two: add a folder of images of another.`,
    });
  }
  const stored = await storeLabelled(blobs, { ...set, notes }, seed);
  return {
    kind: 'images',
    ...stored,
    image: set.image,
    // The large one last: should the disk fill up here, next to nothing is left behind.
    blobs: { ...stored.blobs, ...(await set.more?.commit()), images: await set.pixels.commit() },
    ...(set.more && { annotations: set.more.annotations }),
  };
}
