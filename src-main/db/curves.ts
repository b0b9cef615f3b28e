import type { RunId } from '../shared/ids.ts';
import type { MetricSeries } from '../shared/run.ts';
import type { Readable } from './connection.ts';
import { overlay, placesWithin, thin, Thinner, within } from './curve-points.ts';
import { blockPoints, extremesEvery, readTail, tailKeys } from './metric-blocks.ts';
import { decodeColumns, decodeStretch, noColumns, Stretch, type Columns } from './metric-columns.ts';
import { runKey } from './runs.ts';

export interface SeriesQuery {
  /** All curves of the run when absent. */
  keys?: readonly string[];
  /** A longer curve is thinned to about this many points, keeping every bucket's least and greatest value. */
  maxPoints?: number;
  /** Steps, both included; one point beyond each comes along where there is one. */
  from?: number;
  to?: number;
}

interface Curve {
  key: number;
  name: string;
  /** Whether any of it is in blocks. */
  packed: 0 | 1;
}

/** Keys that are looked for at once: where nothing of them is in memory yet, each may take a page from the disk. */
const keysAtOnce = 50;

/**
 * Adds to `known` the numbers of the keys that the run has curves of, step by step. Most runs have the same ones: only those that are not
 * known yet are looked for.
 */
export function* addCurveKeys(db: Readable, run: RunId, known: Set<number>): Generator<void> {
  const runNumber = runKey(db, run);
  // Whatever has a point has a last value. As one text, since rows of one number each take several times as long.
  const { keys } = db.get<{ keys: string }>(`SELECT json_group_array(key) AS keys FROM run_metrics WHERE run = ?`, [
    runNumber,
  ])!;
  const fresh = (JSON.parse(keys) as number[]).filter((key) => !known.has(key));
  for (let from = 0; from < fresh.length; from += keysAtOnce) {
    const packed = db.get<{ keys: string }>(
      `SELECT json_group_array(j.value) AS keys FROM json_each(?) j
        WHERE EXISTS (SELECT 1 FROM metric_blocks b WHERE b.run = ? AND b.key = j.value)`,
      [JSON.stringify(fresh.slice(from, from + keysAtOnce)), runNumber],
    )!;
    for (const key of JSON.parse(packed.keys) as number[]) known.add(key);
    yield;
  }
  if (fresh.some((key) => !known.has(key))) for (const key of tailKeys(db, runNumber)) known.add(key);
}

/** A run's curves, in order of key. `sampledEvery` tells how many stored points one bucket of a thinned curve stands for. */
export const getSeries = (db: Readable, run: RunId, query: SeriesQuery = {}): MetricSeries[] =>
  [...eachSeries(db, run, query)].filter((series) => series !== undefined);

/**
 * The same one by one, and undefined where it is only a little further with a long one. What comes in meanwhile may be in those that are
 * read later, and is in none of them twice.
 */
export function* eachSeries(db: Readable, run: RunId, query: SeriesQuery = {}): Generator<MetricSeries | undefined> {
  const runNumber = runKey(db, run);
  const tail = readTail(db, runNumber);
  for (const curve of findCurves(db, runNumber, tail, query.keys)) {
    const found = yield* readCurve(db, runNumber, curve.key, tail.get(curve.key) ?? noColumns(), query);
    const { steps, epochs, milliseconds, values } = found.columns;
    yield {
      run,
      key: curve.name,
      steps,
      epochs,
      values,
      times: milliseconds.map((time) => time / 1000),
      total: found.total,
      sampledEvery: found.sampledEvery,
    };
  }
}

/** The last step that is stored of each curve. */
export function lastSteps(db: Readable, run: RunId): Map<string, number> {
  const runNumber = runKey(db, run);
  const tail = readTail(db, runNumber);
  return new Map(
    findCurves(db, runNumber, tail).map(({ key, name }) => {
      const block = db.get<{ last: number }>(
        `SELECT last FROM metric_blocks WHERE run = ? AND key = ? ORDER BY first DESC LIMIT 1`,
        [runNumber, key],
      );
      return [name, Math.max(block?.last ?? -Infinity, tail.get(key)?.steps.at(-1) ?? -Infinity)];
    }),
  );
}

/** Those of these names, or all. */
function findCurves(db: Readable, run: number, tail: ReadonlyMap<number, Columns>, names?: readonly string[]): Curve[] {
  // One index probe per key of the workspace, not a scan of the run's blocks.
  const all = names
    ? names.flatMap(
        (name) =>
          db.get<Curve>(
            `SELECT key, name, EXISTS (SELECT 1 FROM metric_blocks b WHERE b.run = ? AND b.key = k.key) AS packed
               FROM metric_keys k WHERE name = ?`,
            [run, name],
          ) ?? [],
      )
    : db.all<Curve>(
        `SELECT key, name, EXISTS (SELECT 1 FROM metric_blocks b WHERE b.run = ? AND b.key = k.key) AS packed
           FROM metric_keys k`,
        [run],
      );
  return all.filter(({ key, packed }) => packed === 1 || tail.has(key)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* readCurve(
  db: Readable,
  run: number,
  key: number,
  tail: Columns,
  { maxPoints = 10_000, from = -Infinity, to = Infinity }: SeriesQuery,
): Generator<undefined, { columns: Columns; total: number; sampledEvery: number }> {
  const all: Block[] = [];
  for (;;) {
    // What is packed between two of these is in the tail that was read before.
    const some = db.all<Block>(
      `SELECT first, last, points FROM metric_blocks
        WHERE run = ? AND key = ? AND first > ? ORDER BY first LIMIT ${blocksListed}`,
      [run, key, all.at(-1)?.first ?? Number.MIN_SAFE_INTEGER],
    );
    all.push(...some);
    if (some.length < blocksListed) break;
    yield;
  }
  // From the block that may hold the point before `from` to the one that may hold the one after `to`.
  const low = Math.max(
    0,
    all.findLastIndex((block) => block.first < from),
  );
  const beyond = all.findIndex((block) => block.last > to);
  const blocks = all.slice(low, beyond < 0 ? all.length : beyond + 1);
  const about = blocks.reduce((sum, block) => sum + block.points, 0) + within(tail, from, to).steps.length;
  const buckets = Math.max(1, Math.floor(maxPoints / 2));

  if (about <= maxPoints + 2 * blockPoints) {
    const columns = within(overlay(wholeBlocks(db, run, key, blocks), tail), from, to);
    const total = columns.steps.length;
    if (total <= maxPoints) return { columns, total, sampledEvery: 1 };
    const sampledEvery = Math.ceil(total / buckets);
    return { columns: thin(columns, sampledEvery), total, sampledEvery };
  }

  const sampledEvery = Math.ceil(about / buckets);
  const thinner = new Thinner(sampledEvery);
  // What the tail may say better than the blocks is laid over them; the blocks before that are thinned as they come.
  const early = tail.steps.length === 0 ? blocks : blocks.filter((block) => block.last < tail.steps[0]);
  // At once, so that nothing is packed between the reading of the tail and of what lies under it.
  const late = early.some((block) => block.last > to)
    ? noColumns()
    : within(overlay(wholeBlocks(db, run, key, blocks.slice(early.length)), tail), from, to);
  yield;
  if (!(tail.steps[0] < from)) {
    const afar = sampledEvery >= extremesEvery;
    const stretch = new Stretch();
    for (let at = 0; at < early.length; at += blocksAtOnce) {
      const some = early.slice(at, at + blocksAtOnce);
      const { last } = some[some.length - 1];
      for (const { block, bytes } of eachBlock(db, run, key, some, afar, from, to)) {
        decodeStretch(bytes, stretch);
        const whole = block.first >= from && block.last <= to;
        const [start, all] = whole ? [0, stretch.count] : placesWithin(stretch.steps, stretch.count, from, to);
        // What has been packed meanwhile is in the tail that was read before.
        let end = all;
        while (end > start && stretch.steps[end - 1] > last) end--;
        thinner.add(stretch, start, end, whole ? block.points / stretch.count : 1);
      }
      yield;
    }
  }
  thinner.add(late, 0, late.steps.length);
  return { columns: thinner.end(), total: Math.round(thinner.total), sampledEvery };
}

/** Blocks that are listed at a stretch: of a long curve that nobody has looked at yet each may take a page from the disk. */
const blocksListed = 200;
/** Blocks that are read at a stretch: half a millisecond. */
const blocksAtOnce = 50;

interface Block {
  first: number;
  last: number;
  points: number;
}

function wholeBlocks(db: Readable, run: number, key: number, blocks: readonly Block[]): Columns {
  const points = noColumns();
  for (const { bytes } of eachBlock(db, run, key, blocks, false)) decodeColumns(bytes, points);
  return points;
}

/** What these blocks, which follow each other, hold; from `afar` only the extremes of those that lie within `from` and `to` and have some. */
function* eachBlock(
  db: Readable,
  run: number,
  key: number,
  blocks: readonly Block[],
  afar: boolean,
  from = -Infinity,
  to = Infinity,
): IterableIterator<{ block: Block; bytes: Uint8Array }> {
  if (blocks.length === 0) return;
  const rows = db.each<Block & { bytes: Uint8Array }>(
    `SELECT first, last, points,
            CASE WHEN @afar AND first >= @from AND last <= @to THEN coalesce(extremes, columns) ELSE columns END AS bytes
       FROM metric_blocks
      WHERE run = @run AND key = @key AND first BETWEEN @low AND @high
      ORDER BY first`,
    { run, key, afar: afar ? 1 : 0, from, to, low: blocks[0].first, high: blocks.at(-1)!.first },
  );
  for (const row of rows) yield { block: row, bytes: row.bytes };
}
