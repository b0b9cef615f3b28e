import type { Random } from '../random.ts';
import type { Picture, PictureShape } from './pixels.ts';
import type { Augmentation } from './kinds.ts';

/** Where each pixel of the result comes from: x' = a·x + b·y + c, y' = d·x + e·y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const either = (random: Random, amount: number): number => (2 * random.uniform() - 1) * amount;

/** One movement for flip, rotate, scale, shift and crop together, so that a picture is sampled once. undefined: none of them is asked for. */
export function drawnMovement(
  random: Random,
  { width, height }: PictureShape,
  amounts: Augmentation,
): Affine | undefined {
  const { flip = 0, rotate = 0, scale = 0, shift = 0, crop = 0 } = amounts;
  const vertical = amounts['flip-vertical'] ?? 0;
  if (!flip && !vertical && !rotate && !scale && !shift && !crop) return undefined;
  const mirror = random.uniform() < flip ? -1 : 1;
  const upsideDown = random.uniform() < vertical ? -1 : 1;
  const angle = (either(random, rotate) * Math.PI) / 180;
  // Of equal chance to grow and to shrink.
  const zoom = (1 + scale) ** -either(random, 1);
  const [dx, dy] = [either(random, shift) * width, either(random, shift) * height];
  const side = Math.sqrt(1 - crop * random.uniform());
  const [cutX, cutY] = [either(random, 0.5) * (1 - side) * width, either(random, 0.5) * (1 - side) * height];

  const [sin, cos] = [Math.sin(angle) * zoom * side, Math.cos(angle) * zoom * side];
  const [midX, midY] = [(width - 1) / 2, (height - 1) / 2];
  const [a, b, d, e] = [cos * mirror, sin * upsideDown, -sin * mirror, cos * upsideDown];
  return [a, b, midX - a * midX - b * midY - dx + cutX, d, e, midY - d * midX - e * midY - dy + cutY];
}

const ONE = 1 << 16;

/**
 * Bilinear; what lies outside is as the nearest pixel of the edge. `from` and `to` are different memory. In whole numbers, of 16 bits behind the
 * point for places and 8 for shares, which takes less than half of the time; sides up to 32,767.
 */
export function warp(from: Picture, to: Uint8Array, [a, b, c, d, e, f]: Affine): void {
  const { width, height, channels, pixels } = from;
  const [lastX, lastY] = [(width - 1) * ONE, (height - 1) * ONE];
  const [stepX, stepY] = [Math.round(a * ONE), Math.round(d * ONE)];
  const row = width * channels;
  let at = 0;
  for (let y = 0; y < height; y++) {
    let placeX = Math.round((b * y + c) * ONE);
    let placeY = Math.round((e * y + f) * ONE);
    for (let x = 0; x < width; x++, placeX += stepX, placeY += stepY) {
      const sx = placeX < 0 ? 0 : placeX > lastX ? lastX : placeX | 0;
      const sy = placeY < 0 ? 0 : placeY > lastY ? lastY : placeY | 0;
      const fx = (sx >> 8) & 255;
      const fy = (sy >> 8) & 255;
      // Where the share is 0 the next pixel is not there, and not needed.
      const right = fx === 0 ? 0 : channels;
      const below = fy === 0 ? 0 : row;
      let p = (sy >> 16) * row + (sx >> 16) * channels;
      for (let k = 0; k < channels; k++, p++) {
        const upper = pixels[p] * (256 - fx) + pixels[p + right] * fx;
        const lower = pixels[p + below] * (256 - fx) + pixels[p + below + right] * fx;
        to[at++] = (upper * (256 - fy) + lower * fy + 32768) >> 16;
      }
    }
  }
}
