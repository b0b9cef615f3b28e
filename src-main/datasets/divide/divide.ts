import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import {
  foldRange,
  splitSettings,
  type SplitPreview,
  type SplitSettings,
  type SplitWay,
  type SplitWish,
} from '../../shared/split.ts';
import { readBlob } from '../blobs.ts';
import { eachRow, float64sOf, parquetSql } from '../duck.ts';
import { narrowed } from '../tables/stored-numbers.ts';
import { countSplits, divide } from '../splits.ts';
import { readTimes } from './dates.ts';
import { drawFolds, splitOfFold } from './folds.ts';
import { assignGroups, type Groups } from './groups.ts';
import { keyPlace, keyPlaceSql, splitOfPlace } from './hash.ts';
import { groupKeys, imageKeys, keySql, tableGroups, withPattern } from './keys.ts';
import { divideByTime } from './time.ts';
import { plural } from '../../shared/plural.ts';

/** Samples to divide. */
export interface Divisible {
  blobs: string;
  manifest: Manifest;
  /** Class index per sample, -1 without one; null where there are no classes. */
  labels: Int32Array | null;
  /** Tables only. */
  connection: DuckDBConnection | null;
}

export interface Division {
  /** Byte per sample, see `splitNames`. */
  split: Uint8Array;
  /** Fold per sample, where it is by folds. */
  folds: Uint8Array | null;
  settings: SplitSettings;
  groups: number | null;
  begins: SplitPreview['begins'];
  notes: { code: string; message: string }[];
}

/** Codes of the notes that a division leaves in the manifest. */
export const splitNoteCodes: ReadonlySet<string> = new Set(['split_key_missing']);

/** Throws `invalid_split` where the shares, the seed or the folds cannot be. */
export function checkWish({ how, seed, validation, test, folds, fold }: SplitWish): void {
  if (!Number.isSafeInteger(seed) || seed < 0) throw invalid(`The seed must be a whole number from 0, not ${seed}.`);
  if (how === 'folds') {
    const k = folds ?? foldRange.usual;
    if (!Number.isInteger(k) || k < foldRange.min || k > foldRange.max) {
      throw invalid(`There can be ${foldRange.min} to ${foldRange.max} folds, not ${k}.`);
    }
    if (fold !== undefined && !(Number.isInteger(fold) && fold >= 0 && fold < k)) {
      throw invalid(`There is no fold ${fold + 1}: there are ${k}.`);
    }
    return;
  }
  if (validation >= 0 && test >= 0 && validation + test < 1) return;
  throw invalid(
    `Of ${percent(validation)} for validation and ${percent(test)} for test nothing would be left to train on. Together they must be under 100 %.`,
  );
}

const invalid = (message: string): AtelierError => new AtelierError('invalid_split', message);

/**
 * Divides the samples as wished. Throws `invalid_split`, `unknown_column`, `no_column`, `invalid_pattern`, `too_few_groups`, `unreadable_dates`,
 * `ambiguous_dates`, `empty_split`.
 */
export async function divideAs(source: Divisible, wish: SplitWish & { how: SplitWay }): Promise<Division> {
  checkWish(wish);
  const { manifest, labels } = source;
  const { how, seed } = wish;
  const nothing = { folds: null, groups: null, begins: null, notes: [], settings: splitSettings(wish) };
  let made: Division;
  switch (how) {
    case 'random':
    case 'stratified':
      if (how === 'stratified' && !labels) {
        throw invalid('There are no classes whose shares could be kept. Divide at random, or choose a target first.');
      }
      return { ...nothing, split: divide(manifest.samples, how === 'random' ? null : labels, wish, seed) };
    case 'grouped': {
      const groups = await groupsOf(source, wish);
      const shares = [1 - wish.validation - wish.test, wish.validation, wish.test];
      checkGroups(groups, source, shares.filter((share) => share > 0).length);
      made = {
        ...nothing,
        split: assignGroups(groups, labels, shares, seed),
        groups: groups.count,
        notes: alone(groups),
      };
      break;
    }
    case 'time': {
      const { connection, blobs } = source;
      if (!connection) throw invalid('Images carry no time to divide by. Divide them by groups, by hash or by lot.');
      if (wish.column === undefined) throw noColumn('time');
      const times = await readTimes(connection, blobs, manifest, wish.column, wish.dates);
      const { split, begins } = divideByTime(times.values, wish);
      made = { ...nothing, split, begins: { ...begins, dates: times.dates }, notes: withoutKey(times.missing, 'time') };
      break;
    }
    case 'hash':
      made = { ...nothing, ...(await divideByHash(source, wish)) };
      break;
    case 'folds': {
      const { settings } = nothing;
      const [k, fold] = [settings.folds!, settings.fold!];
      const kept = await keptFolds(source, settings);
      const grouped = wish.column !== undefined || wish.pattern !== undefined;
      const groups = grouped && !kept ? await groupsOf(source, wish) : null;
      if (groups) checkGroups(groups, source, k);
      const folds = kept ?? drawFolds(manifest.samples, labels, groups, k, seed);
      made = {
        ...nothing,
        folds,
        split: splitOfFold(folds, k, fold),
        notes: groups ? alone(groups) : [],
        groups: groups?.count ?? null,
      };
    }
  }
  checkFilled(made, wish);
  return made;
}

/** The folds of the version itself, where only another one of them is to be the test split: then they stay as they were drawn. */
async function keptFolds({ blobs, manifest }: Divisible, wish: SplitSettings): Promise<Uint8Array | null> {
  const { split } = manifest;
  if (!manifest.blobs.folds || split?.how !== 'folds') return null;
  const same = (['seed', 'column', 'pattern', 'folds'] as const).every((key) => split[key] === wish[key]);
  return same ? readBlob(blobs, manifest.blobs.folds) : null;
}

async function groupsOf({ connection, blobs, manifest }: Divisible, wish: SplitWish): Promise<Groups> {
  return connection
    ? tableGroups(connection, blobs, manifest, wish)
    : groupKeys(await imageKeys(blobs, manifest, wish));
}

function checkGroups({ count, ids }: Groups, { manifest, labels }: Divisible, parts: number): void {
  const groups = count + ids.reduce((sum, id) => sum + (id < 0 ? 1 : 0), 0);
  if (groups < parts) {
    throw new AtelierError(
      'too_few_groups',
      `There ${groups === 1 ? 'is 1 group' : `are ${groups} groups`}, and each of the ${parts} parts needs one at least. Group by something finer, or divide in another way.`,
    );
  }
  if (labels && manifest.classes.length > 1 && groupsAreClasses(ids, count, labels)) {
    throw new AtelierError(
      'groups_are_classes',
      'Every class is one whole group: each would be in one split only, and could not be both learnt and tested. Group by something that runs across the classes.',
    );
  }
}

/** Each class lies in one group alone. */
function groupsAreClasses(ids: Int32Array, count: number, labels: Int32Array): boolean {
  const classes = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  if (count > classes) return false;
  const groupOf = new Int32Array(classes).fill(-1);
  for (let i = 0; i < ids.length; i++) {
    const label = labels[i];
    if (label < 0) continue;
    if (ids[i] < 0 || (groupOf[label] >= 0 && groupOf[label] !== ids[i])) return false;
    groupOf[label] = ids[i];
  }
  return true;
}

async function divideByHash(
  { connection, blobs, manifest }: Divisible,
  wish: SplitWish,
): Promise<Pick<Division, 'split' | 'notes'>> {
  const split = new Uint8Array(manifest.samples);
  let found = 0;
  if (connection) {
    const key = keySql(manifest, wish);
    const query = `SELECT sample, ${keyPlaceSql(wish.seed, 'k')} FROM (SELECT file_row_number::INTEGER AS sample, ${key} AS k
      FROM ${narrowed(parquetSql(blobs, manifest.blobs.table!), key)}) WHERE k IS NOT NULL`;
    await withPattern(wish.pattern, () =>
      eachRow(connection, query, (sample, columns, r) => {
        found++;
        split[sample] = splitOfPlace(float64sOf(columns[1])[r], wish);
      }),
    );
  } else {
    (await imageKeys(blobs, manifest, wish, true)).forEach((key, sample) => {
      if (key === null) return;
      found++;
      split[sample] = splitOfPlace(keyPlace(wish.seed, key), wish);
    });
  }
  return { split, notes: withoutKey(manifest.samples - found, 'key') };
}

/** A share that was wished for must not come out empty: by hash, time and groups it may. */
function checkFilled({ split, settings }: Division, { how }: SplitWish): void {
  const counts = countSplits(split);
  const empty = (['train', 'validation', 'test'] as const).find(
    (name) => settings.fractions[name] > 0 && counts[name] === 0,
  );
  if (!empty) return;
  const why = {
    time: 'too many samples are of the same time',
    hash: 'there are too few keys',
    grouped: 'there are too few groups, or one holds nearly all samples',
    folds: 'there are too few samples',
  }[how as string];
  throw new AtelierError(
    'empty_split',
    `The ${empty} split would be empty: ${why ?? 'there are too few samples'}. Change the shares, or divide in another way.`,
  );
}

const noColumn = (what: string): AtelierError => new AtelierError('no_column', `Say which column holds the ${what}.`);

const note = (message: string) => [{ code: 'split_key_missing', message }];
const withoutKey = (samples: number, what: string) =>
  samples === 0
    ? []
    : note(
        `${plural(samples, 'sample has', 'samples have')} no ${what}; ${samples === 1 ? 'it was' : 'they were'} put into the training split.`,
      );
const alone = ({ ids }: Groups) => {
  const samples = ids.reduce((sum, id) => sum + (id < 0 ? 1 : 0), 0);
  return samples === 0
    ? []
    : note(`${plural(samples, 'sample is', 'samples are')} in no group; each was divided on its own.`);
};

const percent = (fraction: number): string => `${Math.round(fraction * 1000) / 10} %`;

/** In words for people: what the version's change says. */
export function divisionWords({ how, seed, fractions, column, pattern, folds, fold }: SplitSettings): string {
  const shares = `${percent(fractions.train)} / ${percent(fractions.validation)} / ${percent(fractions.test)}`;
  const key = [column, pattern === undefined ? undefined : `/${pattern}/`]
    .filter((part) => part !== undefined)
    .join(' ');
  switch (how) {
    case 'stratified':
      return `split: ${shares}, seed ${seed}`;
    case 'random':
      return `split at random: ${shares}, seed ${seed}`;
    case 'grouped':
      return `split grouped by ${key || 'folder'}: ${shares}, seed ${seed}`;
    case 'time':
      return `split by time of ${key}: ${shares}`;
    case 'hash':
      return `split by hash of ${key || 'path'}: ${shares}, seed ${seed}`;
    case 'folds':
      return `split into ${folds} folds${key ? ` grouped by ${key}` : ''}: fold ${(fold ?? 0) + 1} for testing, seed ${seed}`;
  }
}
