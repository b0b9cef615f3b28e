import type { Box } from '../../../../src-main/shared/annotation.ts';
import { boxBetween, clampTo, type Point } from './geometry.ts';
import { maskOf, stroke, strokeBox, withRoom } from './mask-bits.ts';
import type { Scene } from './scene.ts';
import { boxShape, pointsShape, polygonShape, type ObjectShape } from './shapes.ts';

/** A shape of this kind in the middle of a box of the image, a quarter as large; null where there is no room for it. */
export function shapeWithin(
  kind: 'box' | 'polygon' | 'mask' | 'points',
  [x, y, width, height]: Box,
  scene: Scene,
): ObjectShape | null {
  const inside = (px: number, py: number): Point => [
    clampTo(px, 0, scene.size.width),
    clampTo(py, 0, scene.size.height),
  ];
  const rounded = (px: number, py: number): Point => {
    const [rx, ry] = inside(px, py);
    return [Math.round(rx), Math.round(ry)];
  };
  const [cx, cy] = inside(x + width / 2, y + height / 2);
  const side = Math.max(4, Math.min(width, height) / 4);
  const box = boxBetween(rounded(cx - side / 2, cy - side / 2), rounded(cx + side / 2, cy + side / 2));
  if (kind === 'polygon') return polygonShape(cornersOf(box));
  if (kind === 'mask') {
    const bits = withRoom(null, strokeBox([cx, cy], [cx, cy], side / 2), scene.size);
    stroke(bits, [cx, cy], [cx, cy], side / 2, 1);
    const made = maskOf(bits, scene.size);
    return made.area > 0 ? { type: 'mask', ...made } : null;
  }
  if (kind === 'box') return boxShape(box);
  const count = pointCount(scene) ?? 1;
  const points = Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    const away = count === 1 ? 0 : side / 2;
    return [...rounded(cx + away * Math.sin(angle), cy - away * Math.cos(angle)), 2];
  });
  return pointsShape(points.flat());
}

/** How many keypoints a new shape has; null: any number. */
export const pointCount = (scene: Scene): number | null => (scene.pen === null ? null : scene.points(scene.pen));

/** With the keypoints that were not put. */
export function allPoints(keypoints: readonly number[], scene: Scene): number[] {
  const count = pointCount(scene) ?? keypoints.length / 3;
  return Array.from({ length: Math.max(3 * count, keypoints.length) }, (_, i) => keypoints[i] ?? 0);
}

/** A ring without repeated corners: a double click puts two at one place. */
export function withoutRepeats(ring: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) {
    const [x, y] = out.slice(-2);
    if (x !== ring[i] || y !== ring[i + 1]) out.push(ring[i], ring[i + 1]);
  }
  if (out.length > 2 && out[0] === out.at(-2) && out[1] === out.at(-1)) out.splice(-2);
  return out;
}

const cornersOf = ([x, y, width, height]: Box): number[] => [
  ...[x, y],
  ...[x + width, y],
  ...[x + width, y + height],
  ...[x, y + height],
];
