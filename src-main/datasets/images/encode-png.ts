import sharp from 'sharp';

/** A PNG of pixels, row-major, channels last: grey (1), RGB (3) or RGBA (4). */
export const encodePng = (
  pixels: Uint8Array,
  raw: { width: number; height: number; channels: 1 | 3 | 4 },
): Promise<Uint8Array> => sharp(pixels, { raw }).png().toBuffer();
