import type { ImagePart, Manifest } from '../../shared/dataset.ts';
import { createBlob } from '../blobs.ts';
import { bytesOfImage, partsOf, placesOf, readPart } from '../images/pixels.ts';

const blockImages = 1024;

/**
 * What the images of a next version lie in: the parts there are, and `added`. `from`: per image the sample of `before` that it is, or -1 for the next
 * one of those added. `channels`: of the next version; where it has colour and these are grey, they are stored again with it.
 */
export async function gatherImages(
  blobs: string,
  before: Manifest,
  from: Int32Array,
  added: ImagePart | null,
  channels: number,
): Promise<{ parts: ImagePart[]; places: Uint8Array }> {
  const parts = await partsWith(blobs, before, channels);
  const places = await placesAfter(blobs, before, from, parts.length);
  return { parts: added ? [...parts, added] : parts, places };
}

/** Where each sample of a next version lies (see `Manifest`): those that `before` has where they are, the others in turn in the part `added`. */
export async function placesAfter(
  blobs: string,
  before: Manifest,
  from: ArrayLike<number>,
  added: number,
): Promise<Uint8Array> {
  const known = await placesOf(
    blobs,
    before,
    Array.from(from).filter((sample) => sample >= 0),
  );
  const places = new Int32Array(from.length * 2);
  let [next, row] = [0, 0];
  for (let i = 0; i < from.length; i++) {
    places.set(from[i] < 0 ? [added, row++] : known.subarray(next * 2, ++next * 2), i * 2);
  }
  return new Uint8Array(places.buffer);
}

async function partsWith(blobs: string, before: Manifest, channels: number): Promise<ImagePart[]> {
  const parts = partsOf(before);
  if (before.image!.channels === channels) return parts;
  const coloured: ImagePart[] = [];
  for (const part of parts) coloured.push({ ...part, images: await withColour(blobs, before, part) });
  return coloured;
}

async function withColour(blobs: string, before: Manifest, part: ImagePart): Promise<string> {
  const blob = await createBlob(blobs);
  try {
    for await (const grey of readPart(blobs, part, bytesOfImage(before.image!) * blockImages)) {
      const rgb = new Uint8Array(grey.length * 3);
      for (let i = 0; i < grey.length; i++) rgb.fill(grey[i], i * 3, i * 3 + 3);
      await blob.write(rgb);
    }
    return await blob.commit();
  } catch (error) {
    await blob.abort();
    throw error;
  }
}
