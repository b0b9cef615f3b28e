import { AtelierError } from '../shared/errors.ts';
import { decodeCounts, fits } from '../shared/rle.ts';
import type { BoxOf, FoundBox, TrueBox } from './detection.ts';
import { areaOfCounts, areaOfPolygons, boxAround, type Area } from './masks.ts';

/** Objects of COCO's annotation and result files: boxes, and masks where there are any. */

export interface ImageSize {
  height: number;
  width: number;
}

export interface Truths {
  classes: string[];
  truths: TrueBox[];
  /** Which class a category is, by its id: numbered from 0 by its place in the file. */
  ids: ReadonlyMap<number, number>;
  /** By their ids; of those that say it. */
  images: ReadonlyMap<number, ImageSize>;
}

export function readTruths(json: unknown, where: string): Truths {
  const file = objectOf(json, where, 'an object with "categories" and "annotations"');
  const categories = listOf(file.categories, where, '"categories"').map((each, i) => {
    const { id, name } = objectOf(each, where, `categories[${i}]`);
    return { id: numberOf(id, where, `categories[${i}].id`), name: String(name) };
  });
  const images = new Map<number, ImageSize>();
  for (const each of Array.isArray(file.images) ? (file.images as unknown[]) : []) {
    const { id, height, width } = objectOf(each, where, 'each of "images"');
    if (isSide(height) && isSide(width)) images.set(numberOf(id, where, 'an id of "images"'), { height, width });
  }
  const ids = new Map(categories.map(({ id }, i) => [id, i]));
  const truths = listOf(file.annotations, where, '"annotations"').map((each, i): TrueBox => {
    const at = `annotations[${i}]`;
    const one = objectOf(each, where, at);
    const image = numberOf(one.image_id, where, `${at}.image_id`);
    const { mask } = maskOf(one.segmentation, images.get(image), where, at);
    return {
      image,
      class: classOf(ids.get(one.category_id as number), one, where, at),
      box: boxOf(one.bbox, where, at),
      ...(typeof one.area === 'number' ? { area: one.area } : {}),
      crowd: one.iscrowd === 1 || one.iscrowd === true,
      ...(mask && { mask }),
    };
  });
  return { classes: categories.map(({ name }) => name), truths, ids, images };
}

/** How what was found goes with what it is scored by. */
export interface Matching {
  /** Undefined where there is no such category. */
  classOf(id: unknown): number | undefined;
  /** The image by its number; its size where that is known. Undefined where there is no such image. */
  imageOf(id: unknown): ({ image: number } & Partial<ImageSize>) | undefined;
}

/** A thing without a box has that of its mask; one with a mask need have no score, which is NaN then. */
export function readResults(json: unknown, where: string, { classOf: known, imageOf }: Matching): FoundBox[] {
  return listOf(json, where, 'a list of detections').map((each, i): FoundBox => {
    const at = `[${i}]`;
    const one = objectOf(each, where, at);
    const found = imageOf(one.image_id);
    if (!found) {
      throw wrong(where, `${at}.image_id`, `that of an image that is scored, not ${JSON.stringify(one.image_id)}`);
    }
    const { image, height, width } = found;
    const size = height !== undefined && width !== undefined ? { height, width } : undefined;
    const { mask, height: rows } = maskOf(one.segmentation, size, where, at);
    return {
      image,
      class: classOf(known(one.category_id), one, where, at),
      box: one.bbox === undefined && mask ? boxAround(mask, rows!) : boxOf(one.bbox, where, at),
      score: one.score === undefined && mask ? NaN : numberOf(one.score, where, `${at}.score`),
      ...(mask && { mask }),
    };
  });
}

/** One side of an image. */
const isSide = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const mostPixels = 100_000_000;

/** COCO's two forms of a mask: run lengths with their size, or polygons, for which the image's is needed. */
function maskOf(
  value: unknown,
  size: ImageSize | undefined,
  where: string,
  at: string,
): { mask?: Area; height?: number } {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {};
  const place = `${at}.segmentation`;
  if (Array.isArray(value)) {
    if (!size) throw wrong(where, place, 'run lengths, or its image with width and height among "images"');
    const rings = value.map((ring, r) => {
      const numbers = listOf(ring, where, `${place}[${r}]`).map((each) => numberOf(each, where, `${place}[${r}]`));
      if (numbers.length >= 6 && numbers.length % 2 === 0) return numbers;
      throw wrong(where, `${place}[${r}]`, 'three or more points, x and y in turn');
    });
    return { mask: areaOfPolygons(rings, size.height, size.width), height: size.height };
  }
  const { size: own, counts } = objectOf(value, where, place);
  const [height, width] = Array.isArray(own) ? (own as unknown[]) : [];
  if (!isSide(height) || !isSide(width) || height * width > mostPixels) {
    throw wrong(where, `${place}.size`, `[height, width] of at most ${mostPixels / 1e6} million pixels`);
  }
  if (size && (size.height !== height || size.width !== width)) {
    throw wrong(where, `${place}.size`, `that of its image, [${size.height}, ${size.width}]`);
  }
  const runs = typeof counts === 'string' ? decodeCounts(counts) : Array.isArray(counts) ? (counts as number[]) : null;
  if (!runs || !fits(runs, height, width)) throw wrong(where, `${place}.counts`, 'run lengths that fill its size');
  return { mask: areaOfCounts(runs), height };
}

function wrong(where: string, what: string, wanted: string): AtelierError {
  return new AtelierError('scores_unreadable', `${where}: ${what} should be ${wanted}. Write it in COCO's format.`);
}

function objectOf(value: unknown, where: string, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(where, what, 'an object');
}

function listOf(value: unknown, where: string, what: string): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw wrong(where, what, 'a list');
}

function numberOf(value: unknown, where: string, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(where, what, 'a number');
}

function classOf(found: number | undefined, one: Record<string, unknown>, where: string, at: string): number {
  if (found !== undefined) return found;
  throw wrong(where, `${at}.category_id`, `one of the annotations' categories, not ${JSON.stringify(one.category_id)}`);
}

function boxOf(value: unknown, where: string, at: string): BoxOf {
  const numbers = listOf(value, where, `${at}.bbox`).map((each, k) => numberOf(each, where, `${at}.bbox[${k}]`));
  if (numbers.length === 4 && numbers[2] >= 0 && numbers[3] >= 0) return numbers as unknown as BoxOf;
  throw wrong(where, `${at}.bbox`, '[x, y, width, height]');
}
