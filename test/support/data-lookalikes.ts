import sharp from 'sharp';
import type { Random } from '../../src-main/shared/random.ts';

/** Pictures are squares of so many pixels, grey. */
export const pictureSide = 24;
const side = pictureSide;
/** A few soft blobs on a slope of grey, all of a kind in outline: a frame around. */
export function picture(random: Random): Uint8Array {
  const blobs = Array.from({ length: 7 }, () => ({
    x: 3 + random.uniform() * 18,
    y: 3 + random.uniform() * 18,
    r: 1.2 + random.uniform() * 2.5,
    level: random.uniform() * 160 - 60,
  }));
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)];
    let level = 90 + x + 2 * y + (x < 2 || x > 21 ? 40 : 0);
    for (const blob of blobs)
      level += blob.level * Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.r ** 2));
    return Math.min(255, Math.max(0, level));
  });
}

/** Blurred (way 0), brightened (1) or cropped (2), a little. */
export async function changedPicture(pixels: Uint8Array, way: number, random: Random): Promise<Uint8Array> {
  const raw = { width: side, height: side, channels: 1 as const };
  let image = sharp(pixels, { raw });
  if (way === 0) image = image.blur(0.4 + random.uniform() * 0.5);
  if (way === 1) image = image.linear(0.85 + random.uniform() * 0.3, random.uniform() * 30 - 15);
  if (way === 2) {
    const cut = { left: random.below(2), top: random.below(2), width: side - 1, height: side - 1 };
    const part = await image.extract(cut).toColourspace('b-w').raw().toBuffer();
    image = sharp(part, { raw: { ...raw, width: side - 1, height: side - 1 } }).resize(side, side);
  }
  return image.toColourspace('b-w').raw().toBuffer();
}

/** As a file. */
export const pictureFile = (pixels: Uint8Array): Promise<Buffer> =>
  sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
