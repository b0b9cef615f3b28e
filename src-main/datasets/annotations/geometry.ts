import type { Annotation, Box, ImageObject } from '../../shared/annotation.ts';

/** The box around x, y pairs. */
export function boundsOf(rings: readonly (readonly number[])[]): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      left = Math.min(left, ring[i]);
      right = Math.max(right, ring[i]);
      top = Math.min(top, ring[i + 1]);
      bottom = Math.max(bottom, ring[i + 1]);
    }
  }
  return left <= right ? [left, top, right - left, bottom - top] : [0, 0, 0, 0];
}

/** The shoelace formula. */
export function ringArea(ring: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [nextX, nextY] = i + 3 < ring.length ? [ring[i + 2], ring[i + 3]] : [ring[0], ring[1]];
    twice += ring[i] * nextY - nextX * ring[i + 1];
  }
  return Math.abs(twice) / 2;
}

/** Beyond an edge by so many pixels is a way of counting, from 0 or from 1, or of rounding. */
const tolerance = 1;

/** Flags what is wrong with a thing's box; what is right is left as it is. `width`, `height`: the image's. */
export function flagProblems(object: ImageObject, width: number, height: number): void {
  const [x, y, w, h] = object.box;
  // Points may lie in one line, or be one.
  const empty = object.type !== 'keypoints' && (w <= 0 || h <= 0);
  // Rotated boxes lie about their corner: their own numbers say little of where they end.
  const outside =
    object.rotation === undefined &&
    (x < -tolerance || y < -tolerance || x + w > width + tolerance || y + h > height + tolerance);
  if (empty) object.flags = { ...object.flags, empty };
  if (outside) object.flags = { ...object.flags, outside };
}

/** What makes two things the very same. */
export const shapeKey = ({ class: name, box, rotation, polygons, mask, keypoints }: ImageObject): string =>
  JSON.stringify([name, box, rotation, polygons, mask?.counts, keypoints]);

/** Flags what is wrong with an image's marks, and what is there twice. What was flagged so before is looked at anew. */
export function flagMarks(marks: readonly Annotation[], { width, height }: { width: number; height: number }): void {
  const seen = new Set<string>();
  for (const mark of marks) {
    if (!('box' in mark)) continue;
    const others = Object.entries(mark.flags ?? {}).filter(([flag, is]) => !(is && flag === 'duplicate'));
    if (others.length > 0) mark.flags = Object.fromEntries(others);
    else delete mark.flags;
    flagProblems(mark, width, height);
    const key = shapeKey(mark);
    if (seen.has(key)) mark.flags = { ...mark.flags, duplicate: true };
    seen.add(key);
  }
}
