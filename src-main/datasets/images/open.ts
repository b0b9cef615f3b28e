import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';

/** An image file as sharp works on it; a Windows bitmap, which sharp does not read, by its pixels. Throws what `decodeBmp` throws. */
export function openImage(bytes: Uint8Array, options: SharpOptions & { limitInputPixels: number }): Sharp {
  if (!isBmp(bytes)) return sharp(bytes, options);
  const { data, width, height, channels } = decodeBmp(bytes, options.limitInputPixels);
  return sharp(data, { ...options, raw: { width, height, channels } });
}
