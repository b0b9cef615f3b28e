import type { ImageObject } from '../../shared/annotation.ts';
import { maskPixels } from '../../shared/rle.ts';

/** An image's pixels, a byte each, row by row. */
export interface Raster {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/**
 * Gives the pixels inside these rings a value: those whose middle is inside by the even-odd rule, each ring by itself, as parts of one thing
 * may overlap.
 */
export function fillRings(
  { width, height, pixels }: Raster,
  rings: readonly (readonly number[])[],
  value: number,
): void {
  for (const ring of rings) {
    const ys = ring.filter((_, i) => i % 2 === 1);
    const first = Math.max(0, Math.ceil(Math.min(...ys) - 0.5));
    const last = Math.min(height - 1, Math.floor(Math.max(...ys) - 0.5));
    for (let y = first; y <= last; y++) {
      const crossings = crossingsAt(ring, y + 0.5);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil(crossings[i] - 0.5));
        const to = Math.min(width, Math.ceil(crossings[i + 1] - 0.5));
        if (to > from) pixels.fill(value, y * width + from, y * width + to);
      }
    }
  }
}

/** Where a ring's edges cross a row, ascending. */
function crossingsAt(ring: readonly number[], y: number): number[] {
  const found: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [x0, y0] = [ring[i], ring[i + 1]];
    const [x1, y1] = i + 3 < ring.length ? [ring[i + 2], ring[i + 3]] : [ring[0], ring[1]];
    if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  }
  return found.sort((a, b) => a - b);
}

/** What an object covers: its mask, else its polygons, else its box. False where its mask is damaged, or of another size. */
export function fillObject(raster: Raster, object: ImageObject, value: number): boolean {
  const { mask, polygons, box } = object;
  if (mask) {
    const inside = mask.width === raster.width && mask.height === raster.height ? maskPixels(mask) : null;
    inside?.forEach((is, i) => {
      if (is) raster.pixels[i] = value;
    });
    return inside !== null;
  }
  const [x, y, w, h] = box;
  fillRings(raster, polygons ?? [[x, y, x + w, y, x + w, y + h, x, y + h]], value);
  return true;
}
