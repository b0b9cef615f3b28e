import { openImage } from './open.ts';

/** A small picture as one byte a pixel; null where it is none. */
export async function decodeGrey(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; pixels: Uint8Array } | null> {
  try {
    const { data, info } = await openImage(bytes, { limitInputPixels: 100_000_000 })
      .toColourspace('b-w')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return info.channels === 1 ? { width: info.width, height: info.height, pixels: data } : null;
  } catch {
    return null;
  }
}
