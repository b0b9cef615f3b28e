import type { ImageObject } from '../shared/annotation.ts';
import type { MarkShape } from '../shared/marks.ts';
import { decodeCounts } from '../shared/rle.ts';
import { areaOfCounts, areaOfPolygons, shared, sizeOf, type Area } from './masks.ts';

type Size = { width: number; height: number };
type ObjectShape = Omit<ImageObject, 'class'>;

/** From and to along the line that marks lie on: x of an image, characters of a text, seconds of a recording. */
export function extentOf(shape: MarkShape): readonly [number, number] {
  if (shape.type === 'relation') return [0, 0];
  if (!('box' in shape)) return [shape.start, shape.end];
  const ring = shape.rotation === undefined ? null : ringOf(shape);
  if (!ring) return [shape.box[0], shape.box[0] + shape.box[2]];
  const xs = ring.filter((_, i) => i % 2 === 0);
  return [Math.min(...xs), Math.max(...xs)];
}

/** The image's size; where nobody says it, room for all that is marked. */
export function roomOf(shapes: readonly MarkShape[], size: Size | null): Size {
  const mask = shapes.find((shape) => 'box' in shape && shape.mask);
  if (mask && 'box' in mask) return mask.mask!;
  if (size) return size;
  let [width, height] = [1, 1];
  for (const shape of shapes) {
    if (!('box' in shape)) continue;
    const [x, y, w, h] = shape.box;
    const reach = shape.rotation === undefined ? 0 : w + h;
    width = Math.max(width, Math.ceil(x + w + reach));
    height = Math.max(height, Math.ceil(y + h + reach));
  }
  return { width, height };
}

/**
 * Intersection over union of two marks: of plain boxes and stretches as they are, of all else in an image by its pixels, as pycocotools has them.
 * Keypoints are compared by the box around them. `areas` keeps what a shape covers.
 */
export function overlapOf(a: MarkShape, b: MarkShape, room: Size, areas: Map<MarkShape, Area>): number {
  if ('box' in a && 'box' in b) {
    if (isPlain(a) && isPlain(b)) return boxes(a, b);
    const [inA, inB] = [areaOf(a, room, areas), areaOf(b, room, areas)];
    const both = shared(inA, inB);
    return both === 0 ? 0 : both / (sizeOf(inA) + sizeOf(inB) - both);
  }
  if ((a.type === 'span' && b.type === 'span') || (a.type === 'segment' && b.type === 'segment')) {
    const both = Math.min(a.end, b.end) - Math.max(a.start, b.start);
    return both <= 0 ? 0 : both / (a.end - a.start + b.end - b.start - both);
  }
  return 0;
}

/** The very same bounds. */
export const sameBounds = (a: MarkShape, b: MarkShape): boolean => boundsKey(a) === boundsKey(b);

function boundsKey(shape: MarkShape): string {
  if (shape.type === 'relation') return '';
  if (!('box' in shape)) return `${shape.type} ${shape.start} ${shape.end}`;
  const { box, rotation = 0, polygons, mask, keypoints } = shape;
  return JSON.stringify([box, rotation, polygons, mask?.counts, keypoints]);
}

const isPlain = ({ type, rotation }: ObjectShape): boolean =>
  (type === 'box' && (rotation ?? 0) === 0) || type === 'keypoints';

function boxes({ box: [ax, ay, aw, ah] }: ObjectShape, { box: [bx, by, bw, bh] }: ObjectShape): number {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (aw * ah + bw * bh - both);
}

function areaOf(shape: ObjectShape, { width, height }: Size, areas: Map<MarkShape, Area>): Area {
  const known = areas.get(shape);
  if (known) return known;
  const counts = shape.mask && shape.type !== 'keypoints' ? decodeCounts(shape.mask.counts) : null;
  const area = counts ? areaOfCounts(counts) : areaOfPolygons(shape.polygons ?? [ringOf(shape)], height, width);
  areas.set(shape, area);
  return area;
}

/** A box's corners, turned about the top left one. */
function ringOf({ box: [x, y, width, height], rotation = 0 }: ObjectShape): number[] {
  const [cos, sin] = [Math.cos((rotation * Math.PI) / 180), Math.sin((rotation * Math.PI) / 180)];
  const corners = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  return corners.flatMap(([dx, dy]) => [x + dx * cos - dy * sin, y + dx * sin + dy * cos]);
}
