import type { Box } from '../../../../src-main/shared/annotation.ts';

/** In pixels of the original image, x to the right and y down from its top left corner. */
export type Point = readonly [number, number];
export interface Size {
  width: number;
  height: number;
}
/** x0, y0, x1, y1 … of corners; the last is joined to the first. */
export type Ring = readonly number[];

export const clampTo = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The box between two corners, wherever they lie. */
export const boxBetween = ([ax, ay]: Point, [bx, by]: Point): Box => [
  Math.min(ax, bx),
  Math.min(ay, by),
  Math.abs(ax - bx),
  Math.abs(ay - by),
];

export const overlaps = (a: Box, b: Box): boolean =>
  a[0] <= b[0] + b[2] && b[0] <= a[0] + a[2] && a[1] <= b[1] + b[3] && b[1] <= a[1] + a[3];

export const grown = ([x, y, width, height]: Box, by: number): Box => [x - by, y - by, width + 2 * by, height + 2 * by];

/** The least box around coordinates that stand `step` apart: 2 for rings, 3 for keypoints. */
export function boundsOf(lists: readonly (readonly number[])[], step: 2 | 3 = 2): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i + step <= list.length; i += step) {
      if (step === 3 && list[i + 2] === 0) continue;
      left = Math.min(left, list[i]);
      top = Math.min(top, list[i + 1]);
      right = Math.max(right, list[i]);
      bottom = Math.max(bottom, list[i + 1]);
    }
  }
  return left <= right ? [left, top, right - left, bottom - top] : null;
}

/** Square pixels, whichever way round it goes. */
export const ringArea = (ring: Ring): number => Math.abs(signedArea(ring));

/** The same, above 0 where it goes round clockwise, as it is seen (the shoelace formula). */
export function signedArea(ring: Ring): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
    twice += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
  }
  return twice / 2;
}

/** Whether a point lies in a ring, by how often a ray to the right crosses it (even–odd). */
export function insideRing([x, y]: Point, ring: Ring): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
    const [xi, yi, xj, yj] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The point of a line between two points that is nearest to another. */
export function nearestOnLine([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): Point {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : clampTo(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
  return [ax + share * dx, ay + share * dy];
}

export const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.hypot(ax - bx, ay - by);

/** The edge of a ring that is nearest: it goes from corner `at` to the next. */
export function nearestEdge(point: Point, ring: Ring): { at: number; away: number; on: Point } {
  let best = { at: 0, away: Infinity, on: point };
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    const on = nearestOnLine(point, [ring[i], ring[i + 1]], [ring[j], ring[j + 1]]);
    const away = distance(point, on);
    if (away < best.away) best = { at: i / 2, away, on };
  }
  return best;
}

/** Clockwise as it is seen, by degrees, about the origin. */
export function rotated([x, y]: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

/** Hundredths of a pixel are as fine as a hand is at any zoom. */
export const fine = ([x, y]: Point): Point => [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
export const whole = ([x, y]: Point): Point => [Math.round(x), Math.round(y)];
