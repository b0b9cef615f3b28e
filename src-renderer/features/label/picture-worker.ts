import { levelsOf } from './picture-levels.ts';

/** A file's bytes, and what is wanted of its picture. */
export interface DecodeWish {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
  /** As its EXIF turns it. */
  turn: boolean;
  /** So many pixels wide, and nothing else; without it the whole picture and its smaller ones. */
  across?: number;
}
/** `images`: null where the bytes are no picture. */
export interface Decoded {
  id: number;
  images: ImageBitmap[] | null;
}

// One after another, in the order in which they were asked for: what is looked at is asked for first.
let last: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<DecodeWish>) => {
  last = last.then(() => answer(data));
};

async function answer({ id, bytes, turn, across }: DecodeWish): Promise<void> {
  let images: ImageBitmap[] | null = null;
  try {
    const image = await createImageBitmap(new Blob([bytes]), {
      imageOrientation: turn ? 'from-image' : 'none',
      ...(across && { resizeWidth: across, resizeQuality: 'high' }),
    });
    images = across ? [image] : await levelsOf(image);
  } catch {
    // The answer says so.
  }
  const decoded: Decoded = { id, images };
  self.postMessage(decoded, { transfer: images ?? [] });
}
