import type { RunId } from '../shared/ids.ts';
import type { MetricPoint } from '../shared/run.ts';
import type { Writable } from './connection.ts';
import { encodeCurves, Sealing } from './metric-blocks.ts';
import { addPoint, noColumns, type Columns } from './metric-columns.ts';
import { runKey } from './runs.ts';

/** Adds points to a run's curves and keeps the last value of each for tables. A step told twice keeps the later value. */
export function insertPoints(db: Writable, run: RunId, points: readonly MetricPoint[]): void {
  if (points.length > 0) db.relaxed(() => putPoints(db, run, points));
}

/** The same inside a transaction that is already open. */
export function putPoints(db: Writable, run: RunId, points: readonly MetricPoint[]): void {
  if (points.length === 0) return;
  const runNumber = runKey(db, run);
  const byName = new Map<string, Columns>();
  for (const { key, step, epoch, time, value } of points) {
    let columns = byName.get(key);
    if (!columns) byName.set(key, (columns = noColumns()));
    addPoint(columns, step, epoch, Math.round(time * 1000), value);
  }
  const curves = new Map<number, Columns>();
  for (const [name, columns] of byName) {
    const key = metricKey(db, name);
    curves.set(key, columns);
    putRunMetric(db, runNumber, key, columns.values.at(-1)!);
  }
  db.run(
    `INSERT INTO metric_tails (run, batch, points, curves)
     VALUES (@run, (SELECT coalesce(max(batch), 0) + 1 FROM metric_tails WHERE run = @run), @points, @curves)`,
    { run: runNumber, points: points.length, curves: encodeCurves(curves) },
  );
}

/** Packs what has come in of a run's curves, all at once, inside a transaction that is open. */
export function sealCurves(db: Writable, run: RunId): void {
  new Sealing(db, runKey(db, run)).goOn(db);
}

/** Packs what runs have left unpacked whose owner did not come to it. At opening, when nobody adds to any. */
export function sealAllCurves(db: Writable): void {
  for (const { run } of db.all<{ run: number }>(`SELECT DISTINCT run FROM metric_tails`)) {
    db.transaction(() => new Sealing(db, run).goOn(db));
  }
}

/** The numbers that stand for a finished run: those of its best checkpoint. */
export function setRunMetrics(db: Writable, run: RunId, metrics: Readonly<Record<string, number>>): void {
  const runNumber = runKey(db, run);
  for (const [name, value] of Object.entries(metrics)) putRunMetric(db, runNumber, metricKey(db, name), value);
}

function metricKey(db: Writable, name: string): number {
  const found = db.get<{ key: number }>(`SELECT key FROM metric_keys WHERE name = ?`, [name]);
  return found?.key ?? db.run(`INSERT INTO metric_keys (name) VALUES (?)`, [name]).lastInsertRowid;
}

function putRunMetric(db: Writable, run: number, key: number, value: number): void {
  db.run(
    `INSERT INTO run_metrics (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`,
    [run, key, Number.isNaN(value) ? null : value],
  );
}
