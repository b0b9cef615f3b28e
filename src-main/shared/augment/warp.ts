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

/** Bilinear; what lies outside is as the nearest pixel of the edge. `from` and `to` are different memory. */
export function warp(from: Picture, to: Uint8Array, [a, b, c, d, e, f]: Affine): void {
  const { width, height, channels, pixels } = from;
  const [lastX, lastY] = [width - 1, height - 1];
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sx = a * x + b * y + c;
      let sy = d * x + e * y + f;
      sx = sx < 0 ? 0 : sx > lastX ? lastX : sx;
      sy = sy < 0 ? 0 : sy > lastY ? lastY : sy;
      const left = sx | 0;
      const top = sy | 0;
      const fx = sx - left;
      const fy = sy - top;
      const right = left < lastX ? channels : 0;
      const below = top < lastY ? width * channels : 0;
      let p = (top * width + left) * channels;
      for (let k = 0; k < channels; k++, p++) {
        const upper = pixels[p] + (pixels[p + right] - pixels[p]) * fx;
        const lower = pixels[p + below] + (pixels[p + below + right] - pixels[p + below]) * fx;
        to[at++] = upper + (lower - upper) * fy + 0.5;
      }
    }
  }
}
