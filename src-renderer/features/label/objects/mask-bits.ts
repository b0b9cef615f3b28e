import type { Box, Mask } from '../../../../src-main/shared/annotation.ts';
import type { Bits } from '../../../../src-main/shared/mask-bits.ts';
import { decodeCounts, fits, measureMask } from '../../../../src-main/shared/rle.ts';
import { clampTo, type Point, type Ring, type Size } from './geometry.ts';

export { maskOf, type Bits } from '../../../../src-main/shared/mask-bits.ts';

const known = new WeakMap<Mask, Bits | null>();

/** Null where the mask is damaged. Not to be written to. */
export function bitsOf(mask: Mask): Bits | null {
  const found = known.get(mask);
  if (found !== undefined) return found;
  const bits = readBits(mask);
  known.set(mask, bits);
  return bits;
}

function readBits({ counts: text, height, width }: Mask): Bits | null {
  const counts = decodeCounts(text);
  if (!counts || !fits(counts, height, width)) return null;
  const [left, top, across, down] = measureMask(counts, height).box;
  const pixels = new Uint8Array(across * down);
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1) {
      for (let k = at; k < at + count; k++) {
        pixels[((k % height) - top) * across + Math.floor(k / height) - left] = 1;
      }
    }
    at += count;
  });
  return { left, top, width: across, height: down, pixels };
}

/** A copy with room for a box too, as far as the image goes. */
export function withRoom(bits: Bits | null, [x, y, across, down]: Box, image: Size): Bits {
  const left = clampTo(Math.floor(Math.min(x, bits?.left ?? x)), 0, image.width);
  const top = clampTo(Math.floor(Math.min(y, bits?.top ?? y)), 0, image.height);
  const right = clampTo(Math.ceil(Math.max(x + across, bits ? bits.left + bits.width : 0)), left, image.width);
  const bottom = clampTo(Math.ceil(Math.max(y + down, bits ? bits.top + bits.height : 0)), top, image.height);
  const [width, height] = [right - left, bottom - top];
  const pixels = new Uint8Array(width * height);
  for (let row = 0; bits && row < bits.height; row++) {
    const from = row * bits.width;
    pixels.set(bits.pixels.subarray(from, from + bits.width), (row + bits.top - top) * width + bits.left - left);
  }
  return { left, top, width, height, pixels };
}

export function shifted(bits: Bits, dx: number, dy: number, image: Size): Bits {
  const out = withRoom(null, [bits.left + dx, bits.top + dy, bits.width, bits.height], image);
  for (let y = 0; y < out.height; y++) {
    const from = (y + out.top - dy - bits.top) * bits.width + out.left - dx - bits.left;
    out.pixels.set(bits.pixels.subarray(from, from + out.width), y * out.width);
  }
  return out;
}

/** Sets the pixels whose middles are at most `radius` from the line between two points; they lie in the room of `bits`. */
export function stroke(bits: Bits, [ax, ay]: Point, [bx, by]: Point, radius: number, value: 0 | 1): void {
  const { left, top, width, height, pixels } = bits;
  const first = clampTo(Math.floor(Math.min(ay, by) - radius) - top, 0, height);
  const last = clampTo(Math.ceil(Math.max(ay, by) + radius) - top, 0, height);
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const from = clampTo(Math.floor(Math.min(ax, bx) - radius) - left, 0, width);
  const to = clampTo(Math.ceil(Math.max(ax, bx) + radius) - left, 0, width);
  for (let row = first; row < last; row++) {
    const y = row + top + 0.5;
    for (let column = from; column < to; column++) {
      const x = column + left + 0.5;
      const share = length === 0 ? 0 : clampTo(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
      const [awayX, awayY] = [x - ax - share * dx, y - ay - share * dy];
      if (awayX * awayX + awayY * awayY <= radius * radius) pixels[row * width + column] = value;
    }
  }
}

/** The box that a stroke may touch. */
export const strokeBox = ([ax, ay]: Point, [bx, by]: Point, radius: number): Box => [
  Math.min(ax, bx) - radius,
  Math.min(ay, by) - radius,
  Math.abs(ax - bx) + 2 * radius,
  Math.abs(ay - by) + 2 * radius,
];

/** Pixels whose middles lie in any of the rings, each by the even–odd rule. */
export function bitsOfRings(rings: readonly Ring[], image: Size): Bits {
  let [left, top, right, bottom] = [image.width, image.height, 0, 0];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      left = Math.min(left, ring[i]);
      right = Math.max(right, ring[i]);
      top = Math.min(top, ring[i + 1]);
      bottom = Math.max(bottom, ring[i + 1]);
    }
  }
  const bits = withRoom(null, [left, top, Math.max(0, right - left), Math.max(0, bottom - top)], image);
  for (const ring of rings) fillRing(bits, ring);
  return bits;
}

function fillRing({ left, top, width, height, pixels }: Bits, ring: Ring): void {
  for (let row = 0; row < height; row++) {
    const y = row + top + 0.5;
    const crossings: number[] = [];
    for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
      const [yi, yj] = [ring[i + 1], ring[j + 1]];
      if (yi > y !== yj > y) crossings.push(((ring[j] - ring[i]) * (y - yi)) / (yj - yi) + ring[i]);
    }
    crossings.sort((a, b) => a - b);
    for (let k = 0; k + 1 < crossings.length; k += 2) {
      // A pixel belongs to it where its middle does: from the first middle at or past the line, up to the last before the next.
      const from = clampTo(Math.ceil(crossings[k] - 0.5) - left, 0, width);
      const to = clampTo(Math.ceil(crossings[k + 1] - 0.5) - left, 0, width);
      if (to > from) pixels.fill(1, row * width + from, row * width + to);
    }
  }
}

/** Fills the hole that a point lies in; null where it lies in none: then what is empty there goes on to the outside. */
export function holeFilled(bits: Bits, [x, y]: Point): Bits | null {
  const { left, top, width, height } = bits;
  const [column, row] = [Math.floor(x) - left, Math.floor(y) - top];
  if (column < 0 || row < 0 || column >= width || row >= height || bits.pixels[row * width + column] === 1) return null;
  const pixels = bits.pixels.slice();
  const waiting = [row * width + column];
  pixels[waiting[0]] = 1;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const [cx, cy] = [at % width, Math.floor(at / width)];
    if (cx === 0 || cy === 0 || cx === width - 1 || cy === height - 1) return null;
    for (const next of [at - 1, at + 1, at - width, at + width]) {
      if (pixels[next] === 1) continue;
      pixels[next] = 1;
      waiting.push(next);
    }
  }
  return { ...bits, pixels };
}
