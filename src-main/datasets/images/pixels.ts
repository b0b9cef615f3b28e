import { createReadStream } from 'node:fs';
import type { ImagePart, ImageShape, Manifest } from '../../shared/dataset.ts';
import { blobPath, readBlobRanges } from '../blobs.ts';
import { readReferenced } from '../originals/whereabouts.ts';

/** Which part each of these samples lies in, and as which of its images: pairs. */
export async function placesOf(blobs: string, manifest: Manifest, samples: ArrayLike<number>): Promise<Int32Array> {
  const { places } = manifest.blobs;
  if (!places) {
    const pairs = new Int32Array(samples.length * 2);
    for (let i = 0; i < samples.length; i++) pairs[i * 2 + 1] = samples[i];
    return pairs;
  }
  const offsets = Array.from(samples, (sample) => sample * 8);
  return new Int32Array((await readBlobRanges(blobs, places, offsets, 8)).buffer);
}

/** What the images of a version lie in: of one that was imported at once a single part. */
export function partsOf({ parts, blobs }: Manifest): ImagePart[] {
  if (parts) return parts;
  const { images, originals, originalOffsets } = blobs;
  return [{ images: images!, ...(originals && { originals, originalOffsets }) }];
}

export const bytesOfImage = ({ height, width, channels }: ImageShape): number => height * width * channels;

/** These samples' pixels one after another, height × width × channels bytes each. Neighbours are read together. */
export async function readPixels(blobs: string, manifest: Manifest, samples: ArrayLike<number>): Promise<Uint8Array> {
  const size = bytesOfImage(manifest.image!);
  const parts = partsOf(manifest);
  const places = await placesOf(blobs, manifest, samples);
  const of = parts.map((): number[] => []);
  for (let i = 0; i < samples.length; i++) of[places[i * 2]].push(i);
  const ranges = (which: readonly number[]): number[] => which.map((i) => places[i * 2 + 1] * size);
  const only = of.findIndex((which) => which.length === samples.length);
  if (only >= 0) return readBlobRanges(blobs, parts[only].images, ranges(of[only]), size);
  const pixels = new Uint8Array(samples.length * size);
  for (const [p, which] of of.entries()) {
    if (which.length === 0) continue;
    const found = await readBlobRanges(blobs, parts[p].images, ranges(which), size);
    which.forEach((i, k) => pixels.set(found.subarray(k * size, (k + 1) * size), i * size));
  }
  return pixels;
}

/**
 * An image's file as it came; null where it was not kept. `newest`: of its dataset. Throws `original_missing` and `original_changed` where it was
 * left where it was, and is not there as it was.
 */
export async function readOriginalFile(
  blobs: string,
  manifest: Manifest,
  sample: number,
  newest?: Manifest,
): Promise<Uint8Array | null> {
  if (manifest.blobs.references) return readReferenced(blobs, manifest, sample, newest);
  const [part, row] = await placesOf(blobs, manifest, [sample]);
  const { originals, originalOffsets } = partsOf(manifest)[part];
  if (!originals || !originalOffsets) return null;
  const [from, to] = new Float64Array((await readBlobRanges(blobs, originalOffsets, [row * 8], 16)).buffer);
  return readBlobRanges(blobs, originals, [from], to - from);
}

/** All pixels of a part, so many bytes at a time. */
export async function* readPart(blobs: string, { images }: ImagePart, atOnce: number): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(blobPath(blobs, images), { highWaterMark: atOnce });
  for await (const chunk of stream) yield chunk as Buffer;
}
