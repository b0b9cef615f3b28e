import {
  problemFlags,
  type AnnotationFlag,
  type Box,
  type ImageObject,
} from '../../../../src-main/shared/annotation.ts';
import type { MarkShape } from '../../../../src-main/shared/marks.ts';
import { decodeCounts, measureMask } from '../../../../src-main/shared/rle.ts';
import {
  boundsOf,
  clampTo,
  distance,
  insideRing,
  nearestEdge,
  ringArea,
  rotated,
  type Point,
  type Size,
} from './geometry.ts';
import { bitsOf, maskOf, shifted } from './mask-bits.ts';

export type ObjectShape = Omit<ImageObject, 'class'>;
export const isObject = (shape: MarkShape): shape is ObjectShape => 'box' in shape;

/** What is taken hold of: an edge or corner of a box (its sides as -1, 0, 1), a corner of a ring, the middle of a ring's edge, a keypoint. */
export type Grip =
  | { at: 'box'; x: -1 | 0 | 1; y: -1 | 0 | 1 }
  | { at: 'corner'; ring: number; corner: number }
  | { at: 'edge'; ring: number; corner: number }
  | { at: 'point'; point: number };

const sides = [-1, 0, 1] as const;

/** The corners of its box, turned as it is turned. */
export function boxCorners({ box: [x, y, width, height], rotation = 0 }: ObjectShape): Point[] {
  const corners: Point[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  return corners.map((corner) => {
    const [dx, dy] = rotation === 0 ? corner : rotated(corner, rotation);
    return [x + dx, y + dy];
  });
}

/** All that can be taken hold of, with where it lies. */
export function gripsOf(shape: ObjectShape): { grip: Grip; point: Point }[] {
  const found: { grip: Grip; point: Point }[] = [];
  const { box, polygons = [], keypoints = [], rotation = 0 } = shape;
  for (let i = 0; i + 2 < keypoints.length; i += 3) {
    if (keypoints[i + 2] > 0)
      found.push({ grip: { at: 'point', point: i / 3 }, point: [keypoints[i], keypoints[i + 1]] });
  }
  if (shape.type === 'keypoints' || shape.type === 'mask') return found;
  if (shape.type === 'polygon') {
    polygons.forEach((ring, r) => {
      for (let i = 0; i + 1 < ring.length; i += 2) {
        found.push({ grip: { at: 'corner', ring: r, corner: i / 2 }, point: [ring[i], ring[i + 1]] });
      }
      for (let i = 0; i + 1 < ring.length; i += 2) {
        const j = (i + 2) % ring.length;
        const point: Point = [(ring[i] + ring[j]) / 2, (ring[i + 1] + ring[j + 1]) / 2];
        found.push({ grip: { at: 'edge', ring: r, corner: i / 2 }, point });
      }
    });
    return found;
  }
  for (const y of sides) {
    for (const x of sides) {
      if (x === 0 && y === 0) continue;
      const [dx, dy] = rotated([((x + 1) / 2) * box[2], ((y + 1) / 2) * box[3]], rotation);
      found.push({ grip: { at: 'box', x, y }, point: [box[0] + dx, box[1] + dy] });
    }
  }
  return found;
}

/** The least upright box around all of it. */
export function boundsOfShape(shape: ObjectShape): Box {
  if (!shape.rotation) return shape.box;
  return boundsOf([boxCorners(shape).flat()]) ?? shape.box;
}

export function areaOfShape({ type, box, polygons, mask }: ObjectShape): number {
  if (type === 'mask' && mask) return measureMask(decodeCounts(mask.counts) ?? [], mask.height).area;
  if (type === 'polygon' && polygons) return polygons.reduce((sum, ring) => sum + ringArea(ring), 0);
  return box[2] * box[3];
}

/** How far a point is from it; 0 inside. */
export function awayFrom(point: Point, shape: ObjectShape): number {
  const { type, polygons = [], keypoints = [], mask } = shape;
  if (type === 'polygon' && polygons.length > 0) {
    if (polygons.some((ring) => insideRing(point, ring))) return 0;
    return Math.min(...polygons.map((ring) => nearestEdge(point, ring).away));
  }
  if (type === 'mask' && mask) {
    const bits = bitsOf(mask);
    const [x, y] = [Math.floor(point[0]) - (bits?.left ?? 0), Math.floor(point[1]) - (bits?.top ?? 0)];
    const isIn = bits && x >= 0 && y >= 0 && x < bits.width && y < bits.height && bits.pixels[y * bits.width + x] === 1;
    return isIn ? 0 : Infinity;
  }
  const points = keypoints.length > 0 ? gripsOf({ ...shape, type: 'keypoints' }).map((one) => one.point) : [];
  const nearest = Math.min(Infinity, ...points.map((one) => distance(point, one)));
  const [x, y] = rotated([point[0] - shape.box[0], point[1] - shape.box[1]], -(shape.rotation ?? 0));
  const outside = Math.hypot(Math.max(-x, 0, x - shape.box[2]), Math.max(-y, 0, y - shape.box[3]));
  return Math.min(nearest, outside);
}

/** What its source said of the old outline holds no longer. */
function redrawn(shape: ObjectShape, change: Partial<ObjectShape>): ObjectShape {
  const { area, flags, ...rest } = { ...shape, ...change };
  const kept = Object.entries(flags ?? {}).filter(([flag]) => !problemFlags.includes(flag as AnnotationFlag));
  const attributes = withoutBetween(shape);
  return {
    ...rest,
    ...(change.area === undefined || area === undefined ? {} : { area }),
    ...(kept.length > 0 ? { flags: Object.fromEntries(kept) } : {}),
    ...(attributes ? { attributes } : {}),
  };
}

/** Of a box that was laid between two others: who moves it has placed it. */
function withoutBetween({ attributes }: ObjectShape): ObjectShape['attributes'] {
  if (!attributes || !('interpolated' in attributes)) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'interpolated'));
}

export function moved(shape: ObjectShape, dx: number, dy: number, image: Size): ObjectShape {
  const { box, polygons, keypoints, mask } = shape;
  const move = (list: readonly number[], step: number): number[] =>
    list.map((value, i) => (i % step === 0 ? value + dx : i % step === 1 ? value + dy : value));
  // Pixels lie on their grid.
  const bits = mask && bitsOf(mask);
  const its = bits && maskOf(shifted(bits, Math.round(dx), Math.round(dy), image), image);
  return redrawn(shape, {
    box: its && shape.type === 'mask' ? its.box : [box[0] + dx, box[1] + dy, box[2], box[3]],
    ...(polygons ? { polygons: polygons.map((ring) => move(ring, 2)) } : {}),
    ...(keypoints ? { keypoints: move(keypoints, 3) } : {}),
    ...(its ? { mask: its.mask, area: its.area } : {}),
  });
}

/** As far as it can go without leaving the image; one that lies outside already may come in. */
export function withinImage(bounds: Box, dx: number, dy: number, { width, height }: Size): Point {
  const limit = (by: number, low: number, high: number, most: number): number =>
    clampTo(by, Math.min(0, -low), Math.max(0, most - high));
  return [limit(dx, bounds[0], bounds[0] + bounds[2], width), limit(dy, bounds[1], bounds[1] + bounds[3], height)];
}

/** A box with one of its edges or corners at a point; past the other edge it turns over. */
function resized(shape: ObjectShape, grip: Extract<Grip, { at: 'box' }>, to: Point): ObjectShape {
  const { box, rotation = 0 } = shape;
  const [x, y] = rotated([to[0] - box[0], to[1] - box[1]], -rotation);
  const [left, right] = grip.x < 0 ? [x, box[2]] : grip.x > 0 ? [0, x] : [0, box[2]];
  const [top, bottom] = grip.y < 0 ? [y, box[3]] : grip.y > 0 ? [0, y] : [0, box[3]];
  const [dx, dy] = rotated([Math.min(left, right), Math.min(top, bottom)], rotation);
  return redrawn(shape, { box: [box[0] + dx, box[1] + dy, Math.abs(right - left), Math.abs(bottom - top)] });
}

const withRings = (shape: ObjectShape, polygons: number[][]): ObjectShape =>
  redrawn(shape, { polygons, box: boundsOf(polygons) ?? shape.box });

function withCorner(shape: ObjectShape, ring: number, corner: number, to: Point): ObjectShape {
  const rings = (shape.polygons ?? []).map((each) => [...each]);
  rings[ring].splice(2 * corner, 2, to[0], to[1]);
  return withRings(shape, rings);
}

/** With one more corner, after that one. */
export function withNewCorner(shape: ObjectShape, ring: number, after: number, at: Point): ObjectShape {
  const rings = (shape.polygons ?? []).map((each) => [...each]);
  rings[ring].splice(2 * after + 2, 0, at[0], at[1]);
  return withRings(shape, rings);
}

/** Without a corner; a ring of fewer than three goes. Null: nothing would be left. */
export function withoutCorner(shape: ObjectShape, ring: number, corner: number): ObjectShape | null {
  const rings = (shape.polygons ?? []).map((each) => [...each]);
  rings[ring].splice(2 * corner, 2);
  const left = rings.filter((each) => each.length >= 6);
  return left.length === 0 ? null : withRings(shape, left);
}

/** With a keypoint there; `visibility`: 0 not marked, 1 hidden, 2 seen. */
export function withPoint(shape: ObjectShape, point: number, to: Point, visibility?: number): ObjectShape {
  const keypoints = [...(shape.keypoints ?? [])];
  while (keypoints.length < 3 * point + 3) keypoints.push(0);
  keypoints.splice(3 * point, 3, to[0], to[1], visibility ?? Math.max(1, keypoints[3 * point + 2]));
  const bounds = boundsOf([keypoints], 3);
  return redrawn(shape, { keypoints, ...(shape.type === 'keypoints' && bounds ? { box: bounds } : {}) });
}

/** With a grip at a point. */
export function gripped(shape: ObjectShape, grip: Grip, to: Point): ObjectShape {
  if (grip.at === 'box') return resized(shape, grip, to);
  if (grip.at === 'point') return withPoint(shape, grip.point, to);
  if (grip.at === 'corner') return withCorner(shape, grip.ring, grip.corner, to);
  return withNewCorner(shape, grip.ring, grip.corner, to);
}

export const boxShape = (box: Box): ObjectShape => ({ type: 'box', box });
export const polygonShape = (ring: readonly number[]): ObjectShape => ({
  type: 'polygon',
  box: boundsOf([ring]) ?? [0, 0, 0, 0],
  polygons: [[...ring]],
});
export const pointsShape = (keypoints: readonly number[]): ObjectShape => ({
  type: 'keypoints',
  box: boundsOf([keypoints], 3) ?? [0, 0, 0, 0],
  keypoints: [...keypoints],
});

/** What the same outline is, for finding one that is there twice. */
function outline(shape: ObjectShape): string {
  const known = outlines.get(shape);
  if (known !== undefined) return known;
  const { type, box, polygons, mask, keypoints, rotation } = shape;
  const text = JSON.stringify([type, box, rotation ?? 0, polygons ?? 0, mask?.counts ?? 0, keypoints ?? 0]);
  outlines.set(shape, text);
  return text;
}
const outlines = new WeakMap<ObjectShape, string>();

/** Mistakes among marks, by their keys, as they stand now: they are found out anew whatever a source said. */
export function problemsOf(
  marks: readonly { key: number; class: number; shape: ObjectShape }[],
  image: Size,
): Map<number, AnnotationFlag[]> {
  const found = new Map<number, AnnotationFlag[]>();
  const seen = new Set<string>();
  for (const { key, class: its, shape } of marks) {
    const flags: AnnotationFlag[] = [];
    const [x, y, width, height] = boundsOfShape(shape);
    if (x < 0 || y < 0 || x + width > image.width || y + height > image.height) flags.push('outside');
    if (shape.type !== 'keypoints' && (width <= 0 || height <= 0)) flags.push('empty');
    const same = `${its} ${outline(shape)}`;
    if (seen.has(same)) flags.push('duplicate');
    seen.add(same);
    if (flags.length > 0) found.set(key, flags);
  }
  return found;
}
