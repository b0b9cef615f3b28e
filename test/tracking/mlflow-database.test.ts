import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readRuns } from '../support/read-runs.ts';
import { tempFolder } from '../support/temp-workspace.ts';

/** As MLflow 2 and 3 make them (mlflow/store/db_migrations), those that are read, with the indexes by run. */
const schema = `
  CREATE TABLE experiments (experiment_id INTEGER NOT NULL, name VARCHAR(256) NOT NULL, artifact_location VARCHAR(256),
    lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT,
    CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), UNIQUE (name),
    CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')));
  CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), source_type VARCHAR(20), source_name VARCHAR(500),
    entry_point_name VARCHAR(50), user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, deleted_time BIGINT,
    source_version VARCHAR(50), lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER,
    CONSTRAINT run_pk PRIMARY KEY (run_uuid), FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id));
  CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL, run_uuid VARCHAR(32) NOT NULL,
    step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL,
    CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
  CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
  CREATE TABLE params (key VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL,
    CONSTRAINT param_pk PRIMARY KEY (key, run_uuid));
  CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL,
    CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
  INSERT INTO experiments VALUES (7, 'Kündigungen', '/a', 'active', 1, 1);
`;
const id = '0123e45678901234567890123456789a';
const began = 1_700_000_000_000;

function made(fill: (db: Database.Database) => void = () => undefined, tables = schema): string {
  const path = join(tempFolder(), 'mlflow.db');
  const db = new Database(path);
  // Nothing here has to outlive a power cut.
  db.pragma('synchronous = OFF');
  db.pragma('journal_mode = MEMORY');
  db.transaction(() => {
    db.exec(tables);
    if (tables === schema) addRun(db, id);
    fill(db);
  })();
  db.close();
  return path;
}

function addRun(db: Database.Database, run: string, change: Record<string, string | number | null> = {}): void {
  const row = {
    name: 'bold-fox-42',
    status: 'FINISHED',
    start: began,
    end: began + 99_000,
    stage: 'active',
    ...change,
  };
  db.prepare(
    `INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, experiment_id) VALUES (?, ?, ?, ?, ?, ?, 7)`,
  ).run(run, row.name, row.status, row.start, row.end, row.stage);
}
const point = (
  db: Database.Database,
  key: unknown,
  step: unknown,
  value: unknown,
  nan = 0,
  at: unknown = began + 1000,
) =>
  db
    .prepare(`INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?)`)
    .run(key, value, at, id, step, nan);
const text = (db: Database.Database, table: 'params' | 'tags', key: string, value: string) =>
  db.prepare(`INSERT INTO ${table} (key, value, run_uuid) VALUES (?, ?, ?)`).run(key, value, id);

const inf = 1.7976931348623157e308;

describe('runs of MLflow in its database', () => {
  it('are read with their curves, settings, tags and notes, by the file or its folder', async () => {
    const path = made((db) => {
      // Out of order, a step told twice, and what SQLite has no number for.
      point(db, 'train/loss', 2, 0.25, 0, began + 2000);
      point(db, 'train/loss', 1, 0.5);
      point(db, 'train/loss', 3, 1e-5, 0, began + 3500);
      for (const [step, value, nan] of [
        [1, 0, 1],
        [2, inf, 0],
        [3, -inf, 0],
      ])
        point(db, 'acc', step, value, nan);
      for (const [key, value] of Object.entries({ learning_rate: '1e-05', batch_size: '32', code: '007' }))
        text(db, 'params', key, value);
      for (const [key, value] of Object.entries({
        stage: 'candidate',
        keep: 'true',
        'mlflow.note.content': 'What I\nthought.',
      }))
        text(db, 'tags', key, value);
    });
    for (const given of [path, join(path, '..')]) {
      const { runs, refused, remarks } = await readRuns([given]);
      expect([refused, remarks]).toEqual([[], []]);
      const [{ run, curves, format, path: said }] = runs;
      expect([format, said]).toEqual(['mlflow', `${path} (${id})`]);
      expect(run).toMatchObject({
        identity: `mlflow:${id}`,
        ...{
          name: 'bold-fox-42',
          status: 'finished',
          experiment: 'Kündigungen',
          notes: 'What I\nthought.',
          error: null,
        },
        settings: { learningRate: 0.00001, batchSize: 32, code: '007' },
        tags: ['keep', 'stage=candidate'],
        ...{ createdAt: began, finishedAt: began + 99_000 },
      });
      expect(curves['train/loss']).toEqual([
        [1, 0.5, 1],
        [2, 0.25, 2],
        [3, 1e-5, 3.5],
      ]);
      expect(curves.acc.map(([, value]) => value)).toEqual([NaN, Infinity, -Infinity]);
      expect(run.metrics['train/loss']).toBe(1e-5);
    }
  });
  it('have their epochs where Atelier wrote them', async () => {
    const path = made((db) => {
      point(db, 'train/loss', 1, 0.5);
      point(db, 'train/loss', 2, 0.25, 0, began + 2000);
      point(db, 'atelier.epoch', 1, 1 / 3);
      text(db, 'tags', 'atelier.best_epoch', '1');
    });
    const [{ run, epochs }] = (await readRuns([path])).runs;
    expect(epochs).toEqual({ 'train/loss': [1 / 3, NaN] });
    expect([run.bestEpoch, Object.keys(run.metrics)]).toEqual([1, ['train/loss']]);
  });

  it('are the same as those of its files: an import of either makes no second run', async () => {
    const path = made();
    const [{ digest }] = (await readRuns([path])).runs;
    expect(
      (await readRuns([path], { [`mlflow:${id}`]: { format: 'mlflow', digests: [digest], points: null } })).unchanged,
    ).toBe(1);
  });
  it('number points that were logged without steps by their moments, and say so', async () => {
    const path = made((db) => {
      for (const [at, value] of [
        [3, 0.3],
        [1, 0.1],
        [2, 0.2],
      ])
        point(db, 'x', 0, value, 0, began + at * 1000);
      point(db, 'once', 0, 5);
    });
    const { runs, remarks } = await readRuns([path]);
    expect(runs[0].curves.x.map(([step, value]) => [step, value])).toEqual([
      [0, 0.1],
      [1, 0.2],
      [2, 0.3],
    ]);
    expect([runs[0].run.metrics.x, runs[0].curves.once[0][0]]).toEqual([0.3, 0]);
    expect(remarks).toEqual([expect.stringContaining('without steps')]);
  });
  it('leave what is in the trash there, and tell that one goes on elsewhere', async () => {
    const path = made((db) => {
      addRun(db, 'b'.repeat(32), { stage: 'deleted' });
      addRun(db, 'c'.repeat(32), { status: 'RUNNING', end: null });
    });
    const { runs, remarks } = await readRuns([path]);
    expect(runs.map(({ run }) => run.status).sort()).toEqual(['finished', 'interrupted']);
    expect(remarks).toEqual(["Runs in MLflow's trash were left out: 1."]);
  });
  it('do not change the file, nor lay anything beside it', async () => {
    const path = made();
    const before = readFileSync(path);
    await readRuns([path]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  const view = (name: string, sql: string) => schema.replace(new RegExp(`CREATE TABLE ${name} [^;]*;`), sql);
  it.each([
    ['of another program', () => made(undefined, 'CREATE TABLE t (a)'), 'no_runs', 'no table "experiments"'],
    ['without runs', () => made((db) => db.exec('DELETE FROM runs')), 'no_runs', 'without runs'],
    [
      'with its trash alone',
      () => made((db) => db.exec(`UPDATE runs SET lifecycle_stage = 'deleted'`)),
      'no_runs',
      '1 in its trash',
    ],
    [
      'with a view in the place of a table',
      () => made(undefined, view('params', 'CREATE VIEW params AS SELECT 1 AS key;')),
      'broken_database',
      '"params" is no plain table',
    ],
    [
      'with a computed column',
      () => made((db) => db.exec(`ALTER TABLE tags ADD COLUMN evil TEXT AS (hex(zeroblob(500000000)))`)),
      'broken_database',
      '"tags" is no plain table',
    ],
    [
      'of an old MLflow',
      () => made((db) => db.exec('ALTER TABLE metrics RENAME COLUMN is_nan TO nan')),
      'broken_database',
      'mlflow db upgrade',
    ],
    [
      'with an odd status',
      () => made((db) => db.exec(`UPDATE runs SET status = 'DANCING'`)),
      'broken_database',
      'DANCING',
    ],
    ['with an id that is a path', () => made((db) => addRun(db, '../../etc')), 'broken_database', 'an id that is none'],
    [
      'with words in the place of a step',
      () => made((db) => point(db, 'x', 'soon', 1)),
      'broken_database',
      'the metric "x"',
    ],
    [
      'with a moment that is none',
      () => made((db) => db.exec(`UPDATE runs SET end_time = 1e300`)),
      'broken_database',
      'no moment',
    ],
  ])('are refused clearly: a database %s', async (_, path, code, words) => {
    await expect(readRuns([path()])).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
  });
  it('are refused clearly: a damaged database, one cut short, and a link to one', async () => {
    const path = made((db) => {
      for (let i = 0; i < 3000; i++) point(db, `m${i % 7}`, i, i / 7);
    });
    const bytes = readFileSync(path);
    const damaged = join(tempFolder(), 'a.db');
    writeFileSync(damaged, Buffer.from(bytes).fill(0xa5, 4096 * 3));
    await expect(readRuns([damaged])).rejects.toMatchObject({ code: 'broken_database' });
    writeFileSync(damaged, bytes.subarray(0, 5000));
    await expect(readRuns([damaged])).rejects.toMatchObject({ code: 'broken_database' });
    const link = join(tempFolder(), 'link.db');
    symlinkSync(path, link);
    await expect(readRuns([link])).rejects.toMatchObject({ code: 'not_readable' });
  });
});
