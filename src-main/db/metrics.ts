import type { RunId } from '../shared/ids.ts';
import type { MetricPoint, MetricSeries } from '../shared/run.ts';
import type { Readable, Writable } from './connection.ts';
import { runKey } from './runs.ts';

/** Adds points to a run's curves and keeps the last value of each for tables. A step told twice keeps the later value. */
export function insertPoints(db: Writable, run: RunId, points: readonly MetricPoint[]): void {
  if (points.length > 0) db.relaxed(() => putPoints(db, run, points));
}

/** The same inside a transaction that is already open. */
export function putPoints(db: Writable, run: RunId, points: readonly MetricPoint[]): void {
  const runNumber = runKey(db, run);
  const keys = new Map<string, number>();
  const last = new Map<number, number>();
  for (const point of points) {
    const key = keys.get(point.key) ?? metricKey(db, point.key);
    keys.set(point.key, key);
    db.run(
      `INSERT INTO metric_points (run, key, step, epoch, milliseconds, value) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET epoch = excluded.epoch, milliseconds = excluded.milliseconds, value = excluded.value`,
      [runNumber, key, point.step, point.epoch, Math.round(point.time * 1000), numberOrNull(point.value)],
    );
    last.set(key, point.value);
  }
  for (const [key, value] of last) putRunMetric(db, runNumber, key, value);
}

/** The numbers that stand for a finished run: those of its best checkpoint. */
export function setRunMetrics(db: Writable, run: RunId, metrics: Readonly<Record<string, number>>): void {
  const runNumber = runKey(db, run);
  for (const [name, value] of Object.entries(metrics)) putRunMetric(db, runNumber, metricKey(db, name), value);
}

export interface SeriesQuery {
  /** All curves of the run when absent. */
  keys?: readonly string[];
  /** A longer curve is thinned to about this many points, keeping every bucket's least and greatest value. */
  maxPoints?: number;
}

/** A run's curves, in order of key. `sampledEvery` tells how many stored points one bucket of a thinned curve stands for. */
export function getSeries(db: Readable, run: RunId, query: SeriesQuery = {}): MetricSeries[] {
  const runNumber = runKey(db, run);
  const curves = db
    .all<{ key: number; name: string }>(
      // One index probe per key of the workspace, not a scan of the run's points.
      `SELECT k.key, k.name FROM metric_keys k
        WHERE EXISTS (SELECT 1 FROM metric_points p WHERE p.run = ? AND p.key = k.key)
        ORDER BY k.name`,
      [runNumber],
    )
    .filter((curve) => !query.keys || query.keys.includes(curve.name));
  return curves.map((curve) => readCurve(db, run, runNumber, curve, query.maxPoints ?? 10_000));
}

interface PointRow {
  step: number;
  epoch: number;
  milliseconds: number;
  value: number | null;
}

function readCurve(
  db: Readable,
  run: RunId,
  runNumber: number,
  curve: { key: number; name: string },
  maxPoints: number,
): MetricSeries {
  const { count } = db.get<{ count: number }>(`SELECT count(*) AS count FROM metric_points WHERE run = ? AND key = ?`, [
    runNumber,
    curve.key,
  ])!;
  // Two points, the least and the greatest, are kept of every bucket.
  const bucket = count <= maxPoints ? 1 : Math.ceil(count / Math.floor(maxPoints / 2));
  const series: MetricSeries = {
    run,
    key: curve.name,
    steps: [],
    epochs: [],
    values: [],
    times: [],
    total: count,
    sampledEvery: bucket,
  };
  const add = (row: PointRow) => {
    series.steps.push(row.step);
    series.epochs.push(row.epoch);
    series.values.push(row.value ?? NaN);
    series.times.push(row.milliseconds / 1000);
  };
  let inBucket = 0;
  let least: PointRow | null = null;
  let greatest: PointRow | null = null;
  const closeBucket = () => {
    if (least && greatest) {
      if (least === greatest) add(least);
      else for (const row of least.step < greatest.step ? [least, greatest] : [greatest, least]) add(row);
    }
    least = greatest = null;
    inBucket = 0;
  };
  for (const row of db.each<PointRow>(
    `SELECT step, epoch, milliseconds, value FROM metric_points WHERE run = ? AND key = ? ORDER BY step`,
    [runNumber, curve.key],
  )) {
    if (bucket === 1) {
      add(row);
      continue;
    }
    if (least === null || below(row, least)) least = row;
    if (greatest === null || below(greatest, row)) greatest = row;
    if (++inBucket === bucket) closeBucket();
  }
  closeBucket();
  return series;
}

/** NaN sorts below everything: a curve that broke must show it, however it is thinned. */
function below(a: PointRow, b: PointRow): boolean {
  return (a.value ?? -Infinity) < (b.value ?? -Infinity) || (a.value === null && b.value !== null);
}

function metricKey(db: Writable, name: string): number {
  const found = db.get<{ key: number }>(`SELECT key FROM metric_keys WHERE name = ?`, [name]);
  return found?.key ?? db.run(`INSERT INTO metric_keys (name) VALUES (?)`, [name]).lastInsertRowid;
}

function putRunMetric(db: Writable, run: number, key: number, value: number): void {
  db.run(
    `INSERT INTO run_metrics (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    [run, key, numberOrNull(value)],
  );
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
