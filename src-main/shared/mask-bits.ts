import type { Box, Mask } from './annotation.ts';
import { encodeCounts, measureMask } from './rle.ts';

/** The part of an image where a mask is: one byte a pixel, row by row, 1 inside. The rest of the image is 0. */
export interface Bits {
  left: number;
  top: number;
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Run lengths of the whole image, down its columns; `area` and `box` are those of the pixels. */
export function maskOf(
  { left, top, width, height, pixels }: Bits,
  image: { width: number; height: number },
): { mask: Mask; area: number; box: Box } {
  const counts: number[] = [];
  let [value, run] = [0, left * image.height];
  const add = (what: number, count: number): void => {
    if (count === 0) return;
    if (what === value) run += count;
    else {
      counts.push(run);
      [value, run] = [what, count];
    }
  };
  for (let x = 0; x < width; x++) {
    add(0, top);
    let from = 0;
    for (let y = 1; y <= height; y++) {
      const before = pixels[(y - 1) * width + x];
      if (y < height && pixels[y * width + x] === before) continue;
      add(before, y - from);
      from = y;
    }
    add(0, image.height - top - height);
  }
  add(0, (image.width - left - width) * image.height);
  counts.push(run);
  return {
    mask: { height: image.height, width: image.width, counts: encodeCounts(counts) },
    ...measureMask(counts, image.height),
  };
}
