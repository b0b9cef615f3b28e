import type { LineRaster, Rgb } from './line-raster.ts';

/** How much of each pixel around a mark's middle it covers, 0…1; so wide and as high. */
export interface Stamp {
  size: number;
  cover: Float32Array;
}

const part = (amount: number) => Math.min(1, Math.max(0, amount));

/** @param radius pixels of the raster */
export function makeStamp(shape: 'disc' | 'ring' | 'cross', radius: number, stroke: number): Stamp {
  const half = Math.ceil(radius + 1);
  const size = 2 * half + 1;
  const cover = new Float32Array(size * size);
  for (let y = -half; y <= half; y++) {
    for (let x = -half; x <= half; x++) {
      const distance = Math.hypot(x, y);
      const disc = part(radius + 0.5 - distance);
      const diagonal = Math.min(Math.abs(x - y), Math.abs(x + y)) / Math.SQRT2;
      cover[(y + half) * size + x + half] =
        shape === 'disc'
          ? disc
          : shape === 'ring'
            ? disc - part(radius - stroke + 0.5 - distance)
            : part(stroke / 2 + 0.5 - diagonal) * part(radius + 0.5 - Math.max(Math.abs(x), Math.abs(y)));
    }
  }
  return { size, cover };
}

/** Puts a mark into a picture with its middle at a pixel; what lies outside is left out. */
export function stampAt(
  raster: LineRaster,
  { size, cover }: Stamp,
  x: number,
  y: number,
  [r, g, b]: Rgb,
  alpha: number,
): void {
  const { data, width, height } = raster;
  const half = (size - 1) / 2;
  const [left, top] = [Math.round(x - 0.5) - half, Math.round(y - 0.5) - half];
  const [fromX, toX] = [Math.max(0, -left), Math.min(size, width - left)];
  const toY = Math.min(size, height - top);
  for (let row = Math.max(0, -top); row < toY; row++) {
    let at = row * size + fromX;
    let i = 4 * ((top + row) * width + left + fromX);
    for (let column = fromX; column < toX; column++, at++, i += 4) {
      const share = cover[at] * alpha;
      if (share === 0) continue;
      data[i] += (r - data[i]) * share;
      data[i + 1] += (g - data[i + 1]) * share;
      data[i + 2] += (b - data[i + 2]) * share;
    }
  }
}

/** Fills what lies between two corners, in pixels that need not be whole. */
export function fillBox(
  raster: LineRaster,
  left: number,
  top: number,
  right: number,
  bottom: number,
  [r, g, b]: Rgb,
  alpha: number,
): void {
  const { data, width, height } = raster;
  const [x0, x1] = [Math.max(0, Math.round(left)), Math.min(width, Math.max(Math.round(left) + 1, Math.round(right)))];
  const [y0, y1] = [Math.max(0, Math.round(top)), Math.min(height, Math.max(Math.round(top) + 1, Math.round(bottom)))];
  for (let y = y0; y < y1; y++) {
    for (let x = x0, i = 4 * (y * width + x0); x < x1; x++, i += 4) {
      data[i] += (r - data[i]) * alpha;
      data[i + 1] += (g - data[i + 1]) * alpha;
      data[i + 2] += (b - data[i + 2]) * alpha;
    }
  }
}
