import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { AtelierError } from '../../shared/errors.ts';
import type { ExchangedRun } from '../../shared/run-exchange.ts';
import { chunksOf, kindOf } from '../files.ts';
import { limits, type FoundRun, type RunSink, type RunSource } from '../run-source.ts';
import { cleanName } from '../settings.ts';
import { epochMetric, mostEpochSteps } from './epochs.ts';
import { exchanged, statuses } from './run.ts';

/**
 * MLflow's SQLite store, `mlflow.db` (mlflow/store/tracking/dbmodels/models.py). Such a file is from anywhere: it is opened for reading alone,
 * trusts nothing that its schema says, and only plain tables are read; texts are cut before they are taken in.
 */
export const mlflowDatabase: RunSource = { format: 'mlflow', find };

/** What is read of each table. */
const columns = {
  experiments: ['experiment_id', 'name'],
  runs: ['run_uuid', 'name', 'status', 'start_time', 'end_time', 'lifecycle_stage', 'experiment_id'],
  metrics: ['key', 'value', 'timestamp', 'run_uuid', 'step', 'is_nan'],
  params: ['key', 'value', 'run_uuid'],
  tags: ['key', 'value', 'run_uuid'],
} as const;
const mostTexts = 100_000;
const pointsAtOnce = 8192;
/** How MLflow stores what SQLite has no number for. */
const infinite = 1.7976931348623157e308;

/** The database itself, or the folder in which it lies. */
async function find(path: string): Promise<FoundRun[] | null> {
  const there = await kindOf(path);
  if (there?.kind === 'folder') {
    const inner = join(path, 'mlflow.db');
    if ((await kindOf(inner))?.kind !== 'file') return null;
    // Runs may lie in files beside it.
    return find(inner).catch((error: unknown) => {
      if (error instanceof AtelierError && error.code === 'no_runs') return null;
      throw error;
    });
  }
  if (there?.kind !== 'file' || !(await isSqlite(path))) return null;
  const { runs, deleted } = await reading(path, (db) => {
    checkTables(db, path);
    const all = db
      .prepare<[number], { id: unknown; stage: unknown }>(
        `SELECT run_uuid AS id, lifecycle_stage AS stage FROM runs ORDER BY start_time, run_uuid LIMIT ?`,
      )
      .all(limits.entries);
    const kept = all.filter(({ stage }) => stage !== 'deleted');
    return { runs: kept.map(({ id }) => idOf(id, path)), deleted: all.length - kept.length };
  });
  if (runs.length === 0) {
    throw new AtelierError(
      'no_runs',
      `${path} is a database of MLflow without runs${deleted > 0 ? ` but ${deleted} in its trash. Restore them there ("mlflow runs restore") to import them` : ''}.`,
    );
  }
  const share = Math.ceil(there.bytes / runs.length);
  return runs.map((id) => ({
    path: `${path} (${id})`,
    bytes: share,
    async read(sink) {
      if (deleted > 0) sink.remark(`Runs in MLflow's trash were left out: ${deleted}.`);
      const run = await read(path, id, sink);
      sink.read(share);
      return run;
    },
  }));
}

/** By its first bytes. https://www.sqlite.org/fileformat.html, section 1.3 */
async function isSqlite(path: string): Promise<boolean> {
  for await (const head of chunksOf(path, 0, 16)) return head.toString('latin1') === 'SQLite format 3\0';
  return false;
}

/** Errors: broken_database, database_busy. What SQLite says of the file stands in the message. */
async function reading<T>(path: string, body: (db: Database.Database) => T | Promise<T>): Promise<T> {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true, timeout: 2000 });
    for (const setting of ['trusted_schema = OFF', 'query_only = ON', 'cell_size_check = ON', 'mmap_size = 0']) {
      db.pragma(setting);
    }
    return await body(db);
  } catch (error) {
    throw worded(error, path);
  } finally {
    db?.close();
  }
}

function worded(error: unknown, path: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_BUSY')) {
    return new AtelierError(
      'database_busy',
      `${path} is being written. Wait until MLflow is done, or stop its server.`,
    );
  }
  return new AtelierError(
    'broken_database',
    `${path} cannot be read as an MLflow database: ${error.message}. Check it with "sqlite3 FILE 'PRAGMA integrity_check'", or export the runs anew.`,
  );
}

/** Views, virtual tables and computed columns could do anything when they are read: MLflow has none. */
function checkTables(db: Database.Database, path: string): void {
  for (const [table, wanted] of Object.entries(columns)) {
    const found = db
      .prepare<[string], { type: string; sql: string | null }>(`SELECT type, sql FROM sqlite_schema WHERE name = ?`)
      .get(table);
    if (!found) {
      throw new AtelierError(
        'no_runs',
        `${path} is an SQLite database, but none of MLflow's: it has no table "${table}".`,
      );
    }
    const odd = found.type !== 'table' || /^\s*CREATE\s+VIRTUAL/i.test(found.sql ?? '');
    const there = odd
      ? []
      : db
          .prepare<[string], { name: string; hidden: number }>(`SELECT name, hidden FROM pragma_table_xinfo(?)`)
          .all(table);
    if (odd || there.some(({ hidden }) => hidden !== 0)) {
      throw new AtelierError(
        'broken_database',
        `${path}: "${table}" is no plain table, as it is in every database that MLflow makes. It was not read.`,
      );
    }
    const lacking = wanted.find((name) => !there.some((column) => column.name === name));
    if (lacking !== undefined) {
      throw new AtelierError(
        'broken_database',
        `${path}: the table "${table}" has no column "${lacking}". It is of an old MLflow: bring it up to date ("mlflow db upgrade sqlite:///${basename(path)}") and import it again.`,
      );
    }
  }
}

const read = (path: string, id: string, sink: RunSink): Promise<ExchangedRun> =>
  reading(path, async (db) => {
    const run = db
      .prepare<[string], Record<'name' | 'status' | 'start' | 'end' | 'experiment', unknown>>(
        `SELECT substr(r.name, 1, 1000) AS name, r.status, r.start_time AS start, r.end_time AS "end", substr(e.name, 1, 1000) AS experiment
           FROM runs r LEFT JOIN experiments e ON e.experiment_id = r.experiment_id
          WHERE r.run_uuid = ?`,
      )
      .get(id);
    if (!run) throw broken(path, `the run ${id} went away while it was read`);
    const status = String(run.status);
    if (!Object.hasOwn(statuses, status)) {
      throw broken(path, `the run ${id} has the status "${status.slice(0, 60)}", which MLflow does not know`);
    }
    const startedAt = momentOf(run.start, path, id);
    return exchanged({
      id,
      name: textOf(run.name),
      status: statuses[status],
      experiment: textOf(run.experiment),
      startedAt,
      finishedAt: momentOf(run.end, path, id),
      params: texts(db, 'params', id),
      tags: texts(db, 'tags', id),
      metrics: await readMetrics(db, path, id, startedAt ?? 0, sink),
    });
  });

interface Point {
  key: unknown;
  step: unknown;
  moment: unknown;
  value: unknown;
  nan: unknown;
}

/**
 * All curves of a run. Where every step of one is 0 though it has several points, nobody told any: then their moments' order is the step. What
 * MLflow shows as a metric's value is that of the greatest step, of these of the latest moment.
 */
async function readMetrics(
  db: Database.Database,
  path: string,
  run: string,
  began: number,
  sink: RunSink,
): Promise<Record<string, number>> {
  const unsaid = new Set(
    db
      .prepare<[string], string>(
        `SELECT key FROM metrics WHERE run_uuid = ? GROUP BY key HAVING count(*) > 1 AND max(step) = 0 AND min(step) = 0`,
      )
      .pluck()
      .all(run),
  );
  if (unsaid.size > 0) sink.remark('A metric was logged without steps: its points are numbered in their order.');
  const epochs = epochsOf(db, run);
  const points = db
    .prepare<[string, string], Point>(
      `SELECT key, step, timestamp AS moment, value, is_nan AS nan FROM metrics WHERE run_uuid = ? AND key <> ? ORDER BY key, step, timestamp, value`,
    )
    .iterate(run, epochMetric);
  const metrics: Record<string, number> = {};
  let block = emptyBlock('');
  let count = 0;
  let last: unknown;
  for (const point of points) {
    if (point.key !== last || block.steps.length === pointsAtOnce) {
      if (block.steps.length > 0) await sink.curve(block);
      sink.signal.throwIfAborted();
      if (point.key !== last) count = 0;
      last = point.key;
      block = emptyBlock(cleanName(textOf(point.key)));
    }
    const { key } = block;
    if (key === '' || key === '__proto__') continue;
    const { step, moment, value } = point;
    if (!Number.isSafeInteger(step) || !Number.isSafeInteger(moment) || (typeof value !== 'number' && !point.nan)) {
      throw broken(
        path,
        `the metric "${key.slice(0, 80)}" of the run ${run} has a point that is no step, moment and value`,
      );
    }
    const number = point.nan
      ? NaN
      : Math.abs(value as number) >= infinite
        ? (value as number) * Infinity
        : (value as number);
    block.steps.push(unsaid.has(String(last)) ? count++ : (step as number));
    block.epochs.push(epochs.get(block.steps.at(-1)!) ?? NaN);
    block.times.push(((moment as number) - began) / 1000);
    block.values.push(number);
    metrics[key] = number;
  }
  if (block.steps.length > 0) await sink.curve(block);
  return metrics;
}

function epochsOf(db: Database.Database, run: string): Map<number, number> {
  const rows = db
    .prepare<[string, string, number], { step: unknown; value: unknown }>(
      `SELECT step, value FROM metrics WHERE run_uuid = ? AND key = ? AND is_nan = 0 LIMIT ?`,
    )
    .iterate(run, epochMetric, mostEpochSteps);
  const epochs = new Map<number, number>();
  for (const { step, value } of rows) {
    if (typeof step === 'number' && typeof value === 'number') epochs.set(step, value);
  }
  return epochs;
}

const emptyBlock = (key: string) => ({
  ...{ key, steps: [] as number[], epochs: [] as number[] },
  ...{ times: [] as number[], values: [] as number[] },
});

/** Cut where somebody would have them fill the memory; the last of one name counts. */
function texts(db: Database.Database, table: 'params' | 'tags', run: string): Map<string, string> {
  const rows = db
    .prepare<[string, number], { key: unknown; value: unknown }>(
      `SELECT substr(key, 1, 1000) AS key, substr(value, 1, 20001) AS value FROM ${table} WHERE run_uuid = ? ORDER BY key LIMIT ?`,
    )
    .all(run, mostTexts);
  return new Map(rows.map(({ key, value }) => [textOf(key), textOf(value)]));
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function idOf(value: unknown, path: string): string {
  if (typeof value === 'string' && /^[\w-]{1,100}$/.test(value)) return value;
  throw broken(path, 'a run has an id that is none');
}

/** Milliseconds since 1970. */
function momentOf(value: unknown, path: string, run: string): number | null {
  if (value === null) return null;
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 8.64e15) return value as number;
  throw broken(path, `the run ${run} began or ended at what is no moment in milliseconds`);
}

const broken = (path: string, what: string): AtelierError =>
  new AtelierError('broken_database', `${path}: ${what}. Export the runs anew, or leave this file out.`);
