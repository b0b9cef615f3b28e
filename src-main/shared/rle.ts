import type { Box, Mask } from './annotation.ts';

/**
 * COCO's run lengths: of background and object in turn, beginning with background, column by column. In text each number is cut into groups
 * of 5 bits, the sixth bit says that more follow, and 48 is added; from the third number on it is the difference from the one before the last.
 * github.com/cocodataset/cocoapi, common/maskApi.c, rleToString and rleFrString.
 */
export function encodeCounts(counts: ArrayLike<number>): string {
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let x = counts[i] - (i > 2 ? counts[i - 2] : 0);
    for (;;) {
      const group = x & 0x1f;
      x >>= 5;
      // A group's highest bit is its sign.
      const more = group & 0x10 ? x !== -1 : x !== 0;
      text += String.fromCharCode((more ? group | 0x20 : group) + 48);
      if (!more) break;
    }
  }
  return text;
}

/** Null where the text is none of this form. */
export function decodeCounts(text: string): number[] | null {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    let x = 0;
    for (let shift = 0; ; shift += 5) {
      const group = text.charCodeAt(at++) - 48;
      // Also where the text has ended: then it is not a number.
      if (!(group >= 0 && group < 64) || shift > 30) return null;
      x |= (group & 0x1f) << shift;
      if (group & 0x20) continue;
      if (group & 0x10 && shift < 27) x |= -1 << (shift + 5);
      break;
    }
    if (counts.length > 2) x += counts[counts.length - 2];
    if (x < 0) return null;
    counts.push(x);
  }
  return counts;
}

/** The runs fill the mask and no more. */
export const fits = (counts: readonly number[], height: number, width: number): boolean =>
  counts.every((count) => Number.isSafeInteger(count) && count >= 0) &&
  counts.reduce((sum, count) => sum + count, 0) === height * width;

/** Pixels of the object, and the box around them; [0, 0, 0, 0] where there are none. */
export function measureMask(counts: readonly number[], height: number): { area: number; box: Box } {
  let area = 0;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1 && count > 0) {
      area += count;
      const [first, last] = [at, at + count - 1];
      left = Math.min(left, Math.floor(first / height));
      right = Math.max(right, Math.floor(last / height) + 1);
      // A run that goes on in the next column touches both ends.
      const wraps = Math.floor(first / height) !== Math.floor(last / height);
      top = wraps ? 0 : Math.min(top, first % height);
      bottom = wraps ? height : Math.max(bottom, (last % height) + 1);
    }
    at += count;
  });
  return { area, box: area === 0 ? [0, 0, 0, 0] : [left, top, right - left, bottom - top] };
}

/** One byte a pixel, row by row: 1 inside. Null where the mask is damaged. */
export function maskPixels({ height, width, counts: text }: Mask): Uint8Array | null {
  const counts = decodeCounts(text);
  if (!counts || !fits(counts, height, width)) return null;
  const pixels = new Uint8Array(height * width);
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1) for (let k = at; k < at + count; k++) pixels[(k % height) * width + Math.floor(k / height)] = 1;
    at += count;
  });
  return pixels;
}
