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
  const old = from.filter((sample) => sample >= 0);
  const known = await placesOf(blobs, before, old);
  const parts = await partsWith(blobs, before, channels);
  const places = new Int32Array(from.length * 2);
  let [next, row] = [0, 0];
  from.forEach((sample, i) => {
    const pair = sample < 0 ? [parts.length, row++] : known.subarray(next * 2, ++next * 2);
    places.set(pair, i * 2);
  });
  return { parts: added ? [...parts, added] : parts, places: new Uint8Array(places.buffer) };
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
