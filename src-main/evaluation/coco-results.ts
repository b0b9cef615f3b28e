import { AtelierError } from '../shared/errors.ts';
import type { BoxOf, FoundBox, TrueBox } from './detection.ts';

/** Boxes of COCO's annotation and result files, classes numbered from 0 by their category's place in the file. */

export function readTruths(
  json: unknown,
  where: string,
): { classes: string[]; truths: TrueBox[]; ids: ReadonlyMap<number, number> } {
  const file = objectOf(json, where, 'an object with "categories" and "annotations"');
  const categories = listOf(file.categories, where, '"categories"').map((each, i) => {
    const { id, name } = objectOf(each, where, `categories[${i}]`);
    return { id: numberOf(id, where, `categories[${i}].id`), name: String(name) };
  });
  const ids = new Map(categories.map(({ id }, i) => [id, i]));
  const truths = listOf(file.annotations, where, '"annotations"').map((each, i): TrueBox => {
    const at = `annotations[${i}]`;
    const one = objectOf(each, where, at);
    return {
      image: numberOf(one.image_id, where, `${at}.image_id`),
      class: classOf(ids, one.category_id, where, at),
      box: boxOf(one.bbox, where, at),
      ...(typeof one.area === 'number' ? { area: one.area } : {}),
      crowd: one.iscrowd === 1 || one.iscrowd === true,
    };
  });
  return { classes: categories.map(({ name }) => name), truths, ids };
}

/** `ids`: of the annotations that they are to be scored by. */
export function readResults(json: unknown, where: string, ids: ReadonlyMap<number, number>): FoundBox[] {
  return listOf(json, where, 'a list of detections').map((each, i): FoundBox => {
    const at = `[${i}]`;
    const one = objectOf(each, where, at);
    return {
      image: numberOf(one.image_id, where, `${at}.image_id`),
      class: classOf(ids, one.category_id, where, at),
      box: boxOf(one.bbox, where, at),
      score: numberOf(one.score, where, `${at}.score`),
    };
  });
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

function classOf(ids: ReadonlyMap<number, number>, id: unknown, where: string, at: string): number {
  const found = ids.get(id as number);
  if (found !== undefined) return found;
  throw wrong(where, `${at}.category_id`, `one of the annotations' categories, not ${JSON.stringify(id)}`);
}

function boxOf(value: unknown, where: string, at: string): BoxOf {
  const numbers = listOf(value, where, `${at}.bbox`).map((each, k) => numberOf(each, where, `${at}.bbox[${k}]`));
  if (numbers.length === 4 && numbers[2] >= 0 && numbers[3] >= 0) return numbers as unknown as BoxOf;
  throw wrong(where, `${at}.bbox`, '[x, y, width, height]');
}
