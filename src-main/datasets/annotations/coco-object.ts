import type { Box, Extra, ImageObject, Mask } from '../../shared/annotation.ts';
import type { JsonObject } from '../json/members.ts';
import { isObject } from '../json/members.ts';
import { boundsOf } from './geometry.ts';
import { isId, isNumber, rest } from './reading.ts';
import { decodeCounts, encodeCounts, fits, measureMask } from '../../shared/rle.ts';

const known = new Set([
  'id',
  'image_id',
  'category_id',
  'bbox',
  'segmentation',
  'keypoints',
  'num_keypoints',
  'iscrowd',
  'area',
  'attributes',
  'rotation',
]);
const maxMaskPixels = 100_000_000;

/** Why an annotation was left out. */
export class Unusable extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One of COCO's annotations, in our form; throws `Unusable`. cocodataset.org/#format-data */
export function cocoObject(record: JsonObject, name: string): ImageObject {
  const { id, iscrowd, area, attributes, keypoints: points, segmentation } = record;
  const extra: Extra = rest(record, known).extra ?? {};
  const mask = isObject(segmentation) ? maskOf(segmentation) : undefined;
  let polygons: number[][] | undefined;
  if (Array.isArray(segmentation)) {
    if (segmentation.length === 0) extra.segmentation = [];
    else polygons = polygonsOf(segmentation);
  }
  const keypoints = keypointsOf(points);
  if (isNumber(record.num_keypoints) && record.num_keypoints !== marked(keypoints)) {
    extra.num_keypoints = record.num_keypoints;
  }
  const given = boxOf(record.bbox);
  const box =
    given ?? (polygons ? boundsOf(polygons) : mask ? measured(mask) : keypoints ? boundsOf([seen(keypoints)]) : null);
  if (!box) {
    throw new Unusable(
      'bad_box',
      record.bbox === undefined ? 'has neither a bbox nor a segmentation' : `has a bbox that is no 4 numbers`,
    );
  }
  const flags: ImageObject['flags'] = {};
  if (iscrowd === 0 || iscrowd === 1 || typeof iscrowd === 'boolean') flags.crowd = Boolean(iscrowd);
  const told: JsonObject = isObject(attributes) ? { ...record, ...attributes } : record;
  for (const flag of ['difficult', 'occluded', 'truncated'] as const) {
    if (told[flag] === true || told[flag] === 1) flags[flag] = true;
  }
  return {
    type: keypoints ? 'keypoints' : mask ? 'mask' : polygons ? 'polygon' : 'box',
    class: name,
    ...(isId(id) && { id }),
    box,
    ...(polygons && { polygons }),
    ...(mask && { mask }),
    ...(keypoints && { keypoints }),
    ...(isNumber(area) && { area }),
    ...(isNumber(record.rotation) && { rotation: record.rotation }),
    ...(isObject(attributes) && { attributes: attributes as Extra }),
    ...(Object.keys(flags).length > 0 && { flags }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

const numbers = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);

/** Null where there is none, or none that can be read. */
const boxOf = (value: unknown): Box | null =>
  numbers(value) && value.length === 4 ? [value[0], value[1], value[2], value[3]] : null;

function polygonsOf(rings: readonly unknown[]): number[][] {
  for (const ring of rings) {
    if (!numbers(ring) || ring.length < 4 || ring.length % 2 !== 0) {
      throw new Unusable('bad_polygon', 'has a polygon that is no list of x and y');
    }
  }
  return rings as number[][];
}

function maskOf({ size, counts }: JsonObject): Mask {
  const bad = (why: string): Unusable => new Unusable('bad_mask', `has a mask ${why}`);
  if (!numbers(size) || size.length !== 2) throw bad('without a size');
  const [height, width] = size;
  if (!Number.isSafeInteger(height) || !Number.isSafeInteger(width) || height < 1 || width < 1) {
    throw bad('without a size');
  }
  if (height * width > maxMaskPixels) throw bad(`of more than ${maxMaskPixels / 1e6} million pixels`);
  const listed = Array.isArray(counts);
  const runs = numbers(counts) ? counts : typeof counts === 'string' ? decodeCounts(counts) : null;
  if (!runs || !fits(runs, height, width)) throw bad('whose runs do not fill its size');
  return { height, width, counts: listed ? encodeCounts(runs) : (counts as string), ...(listed && { listed }) };
}

const measured = (mask: Mask): Box => measureMask(decodeCounts(mask.counts)!, mask.height).box;

function keypointsOf(value: unknown): number[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!numbers(value) || value.length % 3 !== 0) {
    throw new Unusable('bad_keypoints', 'has keypoints that are no list of x, y and visibility');
  }
  return value.length > 0 ? value : undefined;
}

/** Those with a place. */
export const marked = (keypoints: readonly number[] | undefined): number =>
  (keypoints ?? []).filter((value, i) => i % 3 === 2 && value > 0).length;

function seen(keypoints: readonly number[]): number[] {
  const xy: number[] = [];
  for (let i = 0; i < keypoints.length; i += 3) if (keypoints[i + 2] > 0) xy.push(keypoints[i], keypoints[i + 1]);
  return xy;
}
