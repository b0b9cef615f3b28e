import type { Box, ImageObject, SampleAnnotations } from '../annotation.ts';
import { maskPixels } from '../rle.ts';
import type { PictureShape } from './pixels.ts';
import { areaOf, boundsOf, boxRing, clipped, clippedBox, type Rectangle, type Ring } from './polygons.ts';
import { warp, type Affine } from './warp.ts';

/**
 * What is marked in a picture, in the stored picture's pixels: the left edge of the first is 0. A box keeps to the axes: once it is turned it is the
 * box around what of it is seen. `mask`: height × width bytes, 0 or 1.
 */
export interface PictureMark {
  readonly class: string;
  readonly box: Box;
  readonly rings?: readonly Ring[];
  readonly mask?: Uint8Array;
  /** x, y, visibility of each. */
  readonly keypoints?: readonly number[];
}
/** What is seen of a thing no more than this, by its area, is not marked any more. */
export const leastVisible = 0.1;

/** The marks of an image, in the picture that is stored of it: whole, in the middle. */
export function pictureMarks({ width, height, annotations }: SampleAnnotations, shape: PictureShape): PictureMark[] {
  if (!width || !height) return [];
  const scale = Math.min(shape.width / width, shape.height / height);
  const place: Place = {
    scale,
    left: (shape.width - width * scale) / 2,
    top: (shape.height - height * scale) / 2,
  };
  return annotations.flatMap((mark) => ('box' in mark ? [placed(mark, place, shape)] : []));
}

interface Place {
  scale: number;
  left: number;
  top: number;
}

function placed(object: ImageObject, { scale, left, top }: Place, shape: PictureShape): PictureMark {
  const { box, rotation, polygons, mask, keypoints } = object;
  const point = (value: number, i: number): number => value * scale + (i % 2 === 0 ? left : top);
  const turned = rotation === undefined || polygons ? polygons : [turnedBox(box, rotation)];
  const rings = turned?.map((ring) => ring.map(point));
  return {
    class: object.class,
    box: [point(box[0], 0), point(box[1], 1), box[2] * scale, box[3] * scale],
    ...(rings && { rings }),
    ...(mask && withMask(mask, { scale, left, top }, shape)),
    ...(keypoints && { keypoints: keypoints.map((value, i) => (i % 3 === 2 ? value : point(value, i % 3))) }),
  };
}

/** Clockwise about its top left corner. */
function turnedBox([x, y, w, h]: Box, degrees: number): number[] {
  const [sin, cos] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const corner = (u: number, v: number): number[] => [x + u * cos - v * sin, y + u * sin + v * cos];
  return [...corner(0, 0), ...corner(w, 0), ...corner(w, h), ...corner(0, h)];
}

function withMask(
  mask: NonNullable<ImageObject['mask']>,
  { scale, left, top }: Place,
  { width, height }: PictureShape,
): Pick<PictureMark, 'mask'> {
  const from = maskPixels(mask);
  if (!from) return {};
  const into = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [Math.floor((x + 0.5 - left) / scale), Math.floor((y + 0.5 - top) / scale)];
      if (u >= 0 && v >= 0 && u < mask.width && v < mask.height) into[y * width + x] = from[v * mask.width + u];
    }
  }
  return { mask: into };
}

/** The marks of a picture after its pixels were moved so (see `Affine`); null: too little of it is left. */
export function movedMark(mark: PictureMark, movement: Affine, shape: PictureShape): PictureMark | null {
  const frame: Rectangle = { left: 0, top: 0, right: shape.width, bottom: shape.height };
  const move = forward(movement);
  const keypoints = mark.keypoints && movedPoints(mark.keypoints, move, frame);
  const points = keypoints && { keypoints };
  if (mark.mask) {
    const mask = movedMask(mark.mask, movement, shape);
    const share = (count(mask) * Math.abs(determinant(movement))) / count(mark.mask);
    if (!(share > leastVisible)) return null;
    const rings = mark.rings?.map((ring) => clipped(moved(ring, move), frame)).filter(({ length }) => length >= 6);
    return { class: mark.class, box: boxOfMask(mask, shape.width), mask, ...(rings && { rings }), ...points };
  }
  const before = (mark.rings ?? [boxRing(mark.box)]).map((ring) => moved(ring, move));
  const rings = before.map((ring) => clipped(ring, frame)).filter(({ length }) => length >= 6);
  if (!(areaOf(rings) > leastVisible * areaOf(before))) return null;
  return { class: mark.class, box: boundsOf(rings), ...(mark.rings && { rings }), ...points };
}

/** What of a mark lies inside a rectangle; null: too little. */
function markInside(mark: PictureMark, within: Rectangle, { width }: PictureShape): PictureMark | null {
  const mask = mark.mask?.map((one, i) => (inside(i % width, Math.floor(i / width), within) ? one : 0));
  const before = mark.rings ?? [boxRing(mark.box)];
  const rings = before.map((ring) => clipped(ring, within)).filter(({ length }) => length >= 6);
  const share = mask ? count(mask) / count(mark.mask!) : areaOf(rings) / areaOf(before);
  if (!(share > leastVisible)) return null;
  return {
    ...mark,
    box: mask ? boxOfMask(mask, width) : boundsOf(rings),
    ...(mark.rings && { rings }),
    ...(mask && { mask }),
    ...(mark.keypoints && { keypoints: movedPoints(mark.keypoints, (x, y) => [x, y], within) }),
  };
}

/** What of a mark is still seen where something else covers a rectangle; null: too little. A box is cut where a whole side of it is hidden. */
function markBeside(mark: PictureMark, cover: Rectangle, shape: PictureShape): PictureMark | null {
  const hidden = clippedBox(mark.box, cover);
  const area = mark.box[2] * mark.box[3];
  if (!hidden) return mark;
  if (mark.mask) {
    const mask = mark.mask.map((one, i) => (inside(i % shape.width, Math.floor(i / shape.width), cover) ? 0 : one));
    if (!(count(mask) > leastVisible * count(mark.mask))) return null;
    return { ...mark, mask, box: boxOfMask(mask, shape.width) };
  }
  if (!(area - hidden[2] * hidden[3] > leastVisible * area)) return null;
  const [x, y, w, h] = mark.box;
  const [left, top, right, bottom] = [x, y, x + w, y + h];
  const frame = { left, top, right, bottom };
  if (cover.top <= top && cover.bottom >= bottom) {
    if (cover.left <= left) frame.left = cover.right;
    else if (cover.right >= right) frame.right = cover.left;
  } else if (cover.left <= left && cover.right >= right) {
    if (cover.top <= top) frame.top = cover.bottom;
    else if (cover.bottom >= bottom) frame.bottom = cover.top;
  }
  return markInside(mark, frame, shape);
}

/** The marks of a picture that was mixed with another one; `pasted`: see `Mixture`. */
export function mixedMarks(
  own: readonly PictureMark[],
  others: readonly PictureMark[],
  pasted: Rectangle | null,
  shape: PictureShape,
): PictureMark[] {
  if (!pasted) return [...own, ...others];
  return [
    ...own.flatMap((mark) => markBeside(mark, pasted, shape) ?? []),
    ...others.flatMap((mark) => markInside(mark, pasted, shape) ?? []),
  ];
}

const determinant = ([a, b, , d, e]: Affine): number => a * e - b * d;

/** Where a place of the picture goes: the movement says where each pixel's centre comes from. */
function forward(movement: Affine): (x: number, y: number) => [number, number] {
  const [a, b, c, d, e, f] = movement;
  const size = determinant(movement);
  return (x, y) => {
    const [u, v] = [x - 0.5 - c, y - 0.5 - f];
    return [(e * u - b * v) / size + 0.5, (a * v - d * u) / size + 0.5];
  };
}

function moved(ring: Ring, move: (x: number, y: number) => [number, number]): Ring {
  const points: number[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) points.push(...move(ring[i], ring[i + 1]));
  return points;
}

/** What has left the picture is not marked any more. */
function movedPoints(
  points: readonly number[],
  move: (x: number, y: number) => [number, number],
  frame: Rectangle,
): number[] {
  const all: number[] = [];
  for (let i = 0; i + 2 < points.length; i += 3) {
    const [x, y] = move(points[i], points[i + 1]);
    all.push(x, y, inside(x, y, frame) ? points[i + 2] : 0);
  }
  return all;
}

function movedMask(mask: Uint8Array, movement: Affine, { width, height }: PictureShape): Uint8Array {
  // With a margin of nothing: the picture's edge is drawn out where it is moved inwards, a thing is not.
  const [wide, high] = [width + 2, height + 2];
  const from = new Uint8Array(wide * high);
  mask.forEach((one, i) => (from[(Math.floor(i / width) + 1) * wide + (i % width) + 1] = one * 255));
  const [a, b, c, d, e, f] = movement;
  const to = new Uint8Array(wide * high);
  warp({ width: wide, height: high, channels: 1, pixels: from }, to, [a, b, c + 1 - a - b, d, e, f + 1 - d - e]);
  return mask.map((_, i) => (to[(Math.floor(i / width) + 1) * wide + (i % width) + 1] >= 128 ? 1 : 0));
}

const count = (mask: Uint8Array): number => mask.reduce((sum, one) => sum + one, 0);
const inside = (x: number, y: number, { left, top, right, bottom }: Rectangle): boolean =>
  x >= left && x < right && y >= top && y < bottom;

function boxOfMask(mask: Uint8Array, width: number): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  mask.forEach((one, i) => {
    if (one === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  });
  return [left, top, right - left, bottom - top];
}
