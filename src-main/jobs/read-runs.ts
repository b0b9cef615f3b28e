import type { Readable } from '../db/connection.ts';
import { addCurveKeys, eachSeries, type SeriesQuery } from '../db/curves.ts';
import { eachPartOfColumn, keyName, numberedMetrics } from '../db/run-metrics.ts';
import { trainSamples } from '../db/run-data.ts';
import { eachListing, runKey } from '../db/runs.ts';
import type { RunId } from '../shared/ids.ts';
import { CurvePacker, type PackedCurves } from '../shared/packed-curves.ts';
import type { CurvesFound, MetricColumn, MetricSeries, MetricTable, RunListing } from '../shared/run.ts';
import { runsOfPage } from '../shared/run.ts';
import { usualMetrics } from '../shared/task.ts';
import { Breath, collect } from './breath.ts';

// What the window reads of many runs at once, in slices: other work of this thread goes on in between.

/** As lists need them, newest first, archived ones as well: so many of those that are older than one of them, since all at once are megabytes. */
export const listings = (db: Readable, olderThan?: RunId): Promise<RunListing[]> =>
  collect(firstOf(runsOfPage, eachListing(db, { archived: true, metrics: usualMetrics, olderThan })));

/** These of the list, archived ones as well, with these metrics besides the usual ones. */
export const listingsOf = (db: Readable, ids: readonly RunId[], metrics: readonly string[]): Promise<RunListing[]> =>
  collect(eachListing(db, { ids, archived: true, metrics: [...usualMetrics, ...metrics] }));

/** One metric of all runs. */
export async function columnOf(db: Readable, key: string): Promise<MetricColumn> {
  const parts = await collect(eachPartOfColumn(db, key));
  return { key, runs: parts.flatMap(({ runs }) => runs), values: parts.flatMap(({ values }) => values) };
}

/** All metrics of these runs. */
export async function metricTable(db: Readable, runs: readonly RunId[]): Promise<MetricTable> {
  const found = await collect(eachOf(runs, (id) => numberedMetrics(db, runKey(db, id))));
  const count = found.reduce((sum, { keys }) => sum + keys.length, 0);
  const table = {
    runs: [...runs],
    ends: new Uint32Array(found.length),
    places: new Uint32Array(count),
    values: new Float64Array(count),
  };
  const breath = new Breath();
  const placeOf = new Map<number, number>();
  let at = 0;
  for (const [i, { keys, values }] of found.entries()) {
    table.values.set(values, at);
    for (const key of keys) {
      let place = placeOf.get(key);
      if (place === undefined) placeOf.set(key, (place = placeOf.size));
      table.places[at++] = place;
    }
    table.ends[i] = at;
    await breath.ifDue();
  }
  const names = await collect(eachOf(placeOf.keys(), (key) => keyName(db, key)));
  return { ...table, names };
}

/** Which curves these have. */
export async function curvesOf(db: Readable, runs: readonly RunId[]): Promise<CurvesFound> {
  const breath = new Breath();
  await breath.ifDue();
  const sizes = trainSamples(db, runs);
  let size = sizes.next();
  for (; !size.done; size = sizes.next()) await breath.ifDue();
  const samples = size.value;
  const keys = new Set<number>();
  for (const run of runs) {
    for (const _ of addCurveKeys(db, run, keys)) await breath.ifDue();
    await breath.ifDue();
  }
  const names = await collect(eachOf(keys, (key) => keyName(db, key)));
  return { keys: names.sort(), trainSamples: runs.map((run) => samples.get(run) ?? null) };
}

/** Their curves, run by run. */
export async function seriesOf(db: Readable, runs: readonly RunId[], query?: SeriesQuery): Promise<MetricSeries[]> {
  const found = await collect(eachCurve(db, runs, query));
  return found.filter((series) => series !== undefined);
}

/** The same for the window. */
export async function packedCurves(db: Readable, runs: readonly RunId[], query?: SeriesQuery): Promise<PackedCurves> {
  const breath = new Breath();
  const packer = new CurvePacker();
  await breath.ifDue();
  for (const series of eachCurve(db, runs, query)) {
    if (series) packer.add(series);
    await breath.ifDue();
  }
  return packer.end();
}

function* eachCurve(db: Readable, runs: readonly RunId[], query?: SeriesQuery): Generator<MetricSeries | undefined> {
  for (const run of runs) yield* eachSeries(db, run, query);
}

function* firstOf<T>(count: number, all: Iterable<T>): Generator<T> {
  if (count === 0) return;
  for (const one of all) {
    yield one;
    if (--count === 0) return;
  }
}

function* eachOf<T, U>(all: Iterable<T>, of: (one: T) => U): Generator<U> {
  for (const one of all) yield of(one);
}
