import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import type { SplitSettings } from '../../shared/split.ts';
import { readBlob } from '../blobs.ts';
import { readTimes } from '../divide/dates.ts';
import { splitOfFold } from '../divide/folds.ts';
import type { Groups } from '../divide/groups.ts';
import { keyPlace, keyPlaceSql, splitOfPlace } from '../divide/hash.ts';
import { groupKeys, imageKeys, imageNames, keySql, tableGroups, withPattern } from '../divide/keys.ts';
import { eachRow, float64sOf, parquetSql } from '../duck.ts';
import { defaultFractions, test, train, validation } from '../splits.ts';

export interface Grown {
  blobs: string;
  /** Of the samples as they are now. */
  manifest: Manifest;
  /** Tables only. */
  connection: DuckDBConnection | null;
  /** Per sample the one that it was in the version before, -1 for a new one. */
  was: Int32Array;
}

/** How the version before was divided. */
export interface Divided {
  split: Uint8Array;
  folds: Uint8Array | null;
  source: Manifest['splitSource'];
  seed: number;
  settings: SplitSettings | undefined;
}

/**
 * Samples that were there keep their split; new ones are divided by the rule that those were divided by. What was drawn by lot goes on by the
 * hash of what a sample is (an image's path, a row's cells), so that it does not matter in how many steps a source has grown.
 */
export async function growSplit(
  grown: Grown,
  before: Divided,
): Promise<{ split: Uint8Array; folds: Uint8Array | null }> {
  const { was, manifest, blobs } = grown;
  const settings = before.settings;
  const how = settings?.how ?? before.source;
  const kept = (old: Uint8Array, fresh: (sample: number) => number): Uint8Array =>
    Uint8Array.from(was, (sample, i) => (sample >= 0 ? old[sample] : fresh(i)));

  if (how === 'given') {
    const given = await readBlob(blobs, manifest.blobs.split);
    return { split: kept(before.split, (i) => given[i]), folds: null };
  }
  if (how === 'time' && grown.connection && settings?.column !== undefined) {
    const { values } = await readTimes(grown.connection, blobs, manifest, settings.column, settings.dates);
    const begins = [validation, test].map((name) => {
      let first = Infinity;
      was.forEach((sample, i) => {
        if (sample >= 0 && before.split[sample] === name && values[i] < first) first = values[i];
      });
      return first;
    });
    // A missing time compares as false with any.
    const at = (time: number): number => (time >= begins[1] ? test : time >= begins[0] ? validation : train);
    return { split: kept(before.split, (i) => at(values[i])), folds: null };
  }
  const fractions = settings?.fractions ?? defaultFractions;
  const grouped = how === 'grouped' || (how === 'folds' && (settings?.column ?? settings?.pattern) !== undefined);
  const places = await placesOf(grown, before.seed, how === 'hash' || grouped ? settings : undefined, grouped);
  const groups = grouped ? await groupsOf(grown, settings!) : null;
  /** Who joins a group goes where the group is. */
  const withGroup = (old: Uint8Array, alone: (place: number) => number): Uint8Array => {
    const ofGroup = groups && ofGroups(groups, was, old);
    return kept(
      old,
      (i) => (ofGroup && groups.ids[i] >= 0 ? ofGroup.get(groups.ids[i]) : undefined) ?? alone(places[i]),
    );
  };
  if (how === 'folds' && before.folds && settings?.folds) {
    const k = settings.folds;
    const folds = withGroup(before.folds, (place) => Math.floor(place * k));
    return { folds, split: splitOfFold(folds, k, settings.fold ?? 0) };
  }
  return { split: withGroup(before.split, (place) => splitOfPlace(place, fractions)), folds: null };
}

function ofGroups({ ids }: Groups, was: Int32Array, old: Uint8Array): Map<number, number> {
  const found = new Map<number, number>();
  was.forEach((sample, i) => {
    if (sample >= 0 && ids[i] >= 0) found.set(ids[i], old[sample]);
  });
  return found;
}

async function groupsOf({ connection, blobs, manifest }: Grown, settings: SplitSettings): Promise<Groups> {
  return connection
    ? tableGroups(connection, blobs, manifest, settings)
    : groupKeys(await imageKeys(blobs, manifest, settings));
}

/** Of each sample, by its key where there is one, else by what it is: a number from 0 to below 1. */
async function placesOf(
  { connection, blobs, manifest }: Grown,
  seed: number,
  key: SplitSettings | undefined,
  grouped: boolean,
): Promise<Float64Array> {
  const places = new Float64Array(manifest.samples);
  if (!connection) {
    const names = await imageNames(blobs, manifest);
    const keys = key ? await imageKeys(blobs, manifest, key, !grouped) : names;
    names.forEach((name, i) => (places[i] = keyPlace(seed, keys[i] ?? name)));
    return places;
  }
  const cells = manifest.columns.map((_, i) => `coalesce(c${i}, chr(30))`).join(', ');
  const own = `concat_ws(chr(31), ${cells})`;
  const sql = key?.column === undefined ? own : `coalesce(${keySql(manifest, key)}, ${own})`;
  const query = `SELECT file_row_number::INTEGER, ${keyPlaceSql(seed, sql)} FROM ${parquetSql(blobs, manifest.blobs.table!)}`;
  await withPattern(key?.pattern, () =>
    eachRow(connection, query, (sample, columns, r) => {
      places[sample] = float64sOf(columns[1])[r];
    }),
  );
  return places;
}
