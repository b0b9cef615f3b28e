import { createHash } from 'node:crypto';
import { sqlText } from '../cells.ts';
import { test, train, validation } from '../splits.ts';

/**
 * Where a key falls: the first 52 bits of MD5 of "<seed>:<key>" as a number in [0, 1). Nothing else decides a sample's split, so it stays when the
 * data grows; and anybody can work it out again. Written twice, for keys at hand and as SQL; a test holds the two equal.
 */
const bits = 52;

export function keyPlace(seed: number, key: string): number {
  const digest = createHash('md5').update(`${seed}:${key}`).digest('hex');
  return parseInt(digest.slice(0, bits / 4), 16) / 2 ** bits;
}

/** Over keys that are there: `concat` takes NULL for nothing. */
export const keyPlaceSql = (seed: number, key: string): string =>
  `('0x' || left(md5(concat(${sqlText(`${seed}:`)}, ${key})), ${bits / 4}))::BIGINT / ${2 ** bits}::DOUBLE`;

/** The lowest places are for testing, the next for validation, so that a test split stays when only the validation share changes. */
export const splitOfPlace = (place: number, fractions: { validation: number; test: number }): number =>
  place < fractions.test ? test : place < fractions.test + fractions.validation ? validation : train;
