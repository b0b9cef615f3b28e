import type { RunId } from '../shared/ids.ts';
import type { MetricColumn } from '../shared/run.ts';
import type { Readable } from './connection.ts';

/** Every metric that any run of the workspace has. */
export function listMetricKeys(db: Readable): string[] {
  return db.all<{ name: string }>(`SELECT name FROM metric_keys ORDER BY name`).map(({ name }) => name);
}

/** One metric of all runs, newest first. */
export function metricColumn(db: Readable, key: string): MetricColumn {
  const column: MetricColumn = { key, runs: [], values: [] };
  for (const part of eachPartOfColumn(db, key)) {
    column.runs.push(...part.runs);
    column.values.push(...part.values);
  }
  return column;
}

/** Runs of one part of a column: where nothing of it is in memory yet, each takes a page from the disk. */
const partOfColumn = 25;

/** The same in parts: whoever has other work goes on with it a little later. */
export function* eachPartOfColumn(db: Readable, key: string): Generator<MetricColumn> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = db.all<{ number: number; id: RunId; value: number | null; there: 0 | 1 }>(
      `SELECT r.key AS number, r.id, m.value, m.run IS NOT NULL AS there
         FROM runs r
         LEFT JOIN run_metrics m ON m.run = r.key AND m.key = (SELECT key FROM metric_keys WHERE name = ?)
        WHERE r.key < ?
        ORDER BY r.key DESC
        LIMIT ${partOfColumn}`,
      [key, before],
    );
    if (rows.length === 0) return;
    yield {
      key,
      runs: rows.map(({ id }) => id),
      values: rows.map(({ value, there }) => (there === 1 ? (value ?? NaN) : null)),
    };
    before = rows[rows.length - 1].number;
  }
}

export function allMetrics(db: Readable, run: number): Record<string, number> {
  const rows = db.all<{ name: string; value: number | null }>(
    `SELECT k.name, m.value FROM run_metrics m JOIN metric_keys k ON k.key = m.key WHERE m.run = ? ORDER BY k.name`,
    [run],
  );
  return Object.fromEntries(rows.map(({ name, value }) => [name, value ?? NaN]));
}

/**
 * The same by the numbers of their keys: `keyName` has their names. In columns, since of many runs the rows, kept as objects, would cost the
 * collector more than their reading costs.
 */
export function numberedMetrics(db: Readable, run: number): { keys: Uint32Array; values: Float64Array } {
  const rows = db.all<{ key: number; value: number | null }>(`SELECT key, value FROM run_metrics WHERE run = ?`, [run]);
  return {
    keys: Uint32Array.from(rows, ({ key }) => key),
    values: Float64Array.from(rows, ({ value }) => value ?? NaN),
  };
}

/** Those of some keys, as `keysOf` has them. */
export function someMetrics(db: Readable, run: number, keys: readonly [string, number][]): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [name, key] of keys) {
    const found = db.get<{ value: number | null }>(`SELECT value FROM run_metrics WHERE run = ? AND key = ?`, [
      run,
      key,
    ]);
    if (found) metrics[name] = found.value ?? NaN;
  }
  return metrics;
}

/** Names of metrics with their numbers, in order of the alphabet, those that there are. */
export const keysOf = (db: Readable, names: readonly string[]): [string, number][] =>
  [...new Set(names)].sort().flatMap((name) => {
    const found = db.get<{ key: number }>(`SELECT key FROM metric_keys WHERE name = ?`, [name]);
    return found ? [[name, found.key] as [string, number]] : [];
  });

/** The name of the metric with this number. */
export const keyName = (db: Readable, key: number): string =>
  db.get<{ name: string }>(`SELECT name FROM metric_keys WHERE key = ?`, [key])!.name;
