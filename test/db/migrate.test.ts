import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { listBackups } from '../../src-main/db/backup.ts';
import { getSeries } from '../../src-main/db/curves.ts';
import { listRuns } from '../../src-main/db/runs.ts';
import { addSqlFunctions } from '../../src-main/db/sql-functions.ts';
import { tasks } from '../../src-main/shared/task.ts';
import { addDataset, addRun, migrationsFolder, openReader, openWriter, tempFolder } from '../support/temp-workspace.ts';

const names = readdirSync(migrationsFolder).sort();

/** The workspace as the Atelier of migration `count` left it. */
function workspaceOfVersion(count: number): string {
  const folder = tempFolder();
  const migrations = join(folder, 'migrations-then');
  mkdirSync(migrations);
  for (const name of names.slice(0, count)) copyFileSync(join(migrationsFolder, name), join(migrations, name));
  const database = new Database(join(folder, 'atelier.db'));
  addSqlFunctions(database);
  for (const name of names.slice(0, count)) database.exec(readFileSync(join(migrations, name), 'utf8'));
  database.pragma(`user_version = ${count}`);
  database.exec(`INSERT INTO datasets (id, name, created_at) VALUES ('ds_0', 'old', 1)`);
  database.close();
  return folder;
}

describe('migrations', () => {
  it('end in the same schema from every older version, with a backup of what was there', () => {
    const schema = (folder: string) => {
      const database = new Database(join(folder, 'atelier.db'), { readonly: true });
      const rows = database.prepare(`SELECT type, name, sql FROM sqlite_schema ORDER BY type, name`).all();
      database.close();
      return rows;
    };
    const fresh = tempFolder();
    openWriter(fresh).close();
    expect(listBackups(fresh)).toHaveLength(0);

    for (let version = 1; version < names.length; version++) {
      const folder = workspaceOfVersion(version);
      const store = openWriter(folder);
      expect(store.notices.map((notice) => notice.code)).toEqual(['workspace_migrated']);
      expect(store.get<{ name: string }>(`SELECT name FROM datasets WHERE id = 'ds_0'`)?.name).toBe('old');
      store.close();
      expect(schema(folder)).toEqual(schema(fresh));
      const backups = listBackups(folder);
      expect(backups.at(-1)?.version).toBe(version);
    }
  });

  it('keep runs, their metrics and their exports, and let them learn more than a target', () => {
    const folder = workspaceOfVersion(4);
    const old = new Database(join(folder, 'atelier.db'));
    old.exec(`
      INSERT INTO dataset_versions (id, dataset, number, created_at, change, manifest, kind, samples, classes)
        VALUES ('dv_0', 'ds_0', 1, 1, 'imported', '{}', 'table', 6, 2);
      INSERT INTO runs (key, id, name, status, version, task, settings, created_at, best_epoch, fallback, notes)
        VALUES (7, 'run_0', 'old', 'finished', 'dv_0', 'regression', '{}', 5, 3, '{"from":"cuda"}', 'kept');
      INSERT INTO metric_keys (key, name) VALUES (1, 'test/rmse');
      INSERT INTO metric_points (run, key, step, epoch, milliseconds, value) VALUES (7, 1, 10, 1, 20, 0.5);
      INSERT INTO run_metrics (run, key, value) VALUES (7, 1, 0.5);
      INSERT INTO exports (id, run, created_at, path, bytes, sha256, parity) VALUES ('ex_0', 'run_0', 6, '/x', 1, 'a', '{}');
    `);
    old.close();
    const store = openWriter(folder);
    const [run] = listRuns(store);
    expect(run).toMatchObject({
      id: 'run_0',
      task: 'regression',
      bestEpoch: 3,
      fallback: { from: 'cuda' },
      notes: 'kept',
    });
    expect(run.metrics).toEqual({ 'test/rmse': 0.5 });
    expect(getSeries(store, run.id)).toMatchObject([
      { key: 'test/rmse', steps: [10], epochs: [1], times: [0.02], values: [0.5] },
    ]);
    expect(store.get<{ n: number }>(`SELECT count(*) AS n FROM exports WHERE run = 'run_0'`)?.n).toBe(1);
    expect(store.integrity()).toBe('ok');
    const insert = (task: string) =>
      store.transaction(() =>
        store.run(
          `INSERT INTO runs (id, name, status, version, task, settings, created_at) VALUES (?, ?, 'queued', 'dv_0', ?, '{}', 7)`,
          [`run_${task}`, task, task],
        ),
      );
    for (const task of tasks) insert(task);
    expect(() => insert('divination')).toThrow(/CHECK/);
    store.close();
  });

  it('pack every point of every curve into blocks, to the bit', () => {
    const folder = workspaceOfVersion(7);
    const old = new Database(join(folder, 'atelier.db'));
    old.exec(`
      INSERT INTO dataset_versions (id, dataset, number, created_at, change, manifest, kind, samples, classes)
        VALUES ('dv_0', 'ds_0', 1, 1, 'imported', '{}', 'table', 6, 2);
      INSERT INTO runs (key, id, name, status, version, task, settings, created_at)
        VALUES (7, 'run_0', 'a', 'finished', 'dv_0', 'regression', '{}', 5), (9, 'run_1', 'b', 'finished', 'dv_0', 'regression', '{}', 6);
      INSERT INTO metric_keys (key, name) VALUES (1, 'train/loss'), (2, 'validation/loss');
    `);
    const insert = old.prepare(
      `INSERT INTO metric_points (run, key, step, epoch, milliseconds, value) VALUES (?, ?, ?, ?, ?, ?)`,
    );
    const rows = Array.from(
      { length: 2500 },
      (_, i) => [i * 3, i / 7, i * 11, i === 1100 ? null : Math.sin(i)] as const,
    );
    old.transaction(() => {
      for (const row of rows) insert.run(7, 1, ...row);
      insert.run(7, 2, 5, 1, 2, 0.25);
      insert.run(9, 1, 5, 1, 2, -Infinity);
    })();
    old.close();
    const store = openWriter(folder);
    const [first, second] = listRuns(store).toSorted((a, b) => a.createdAt - b.createdAt);
    const [loss, validation] = getSeries(store, first.id);
    expect(loss).toMatchObject({
      steps: rows.map(([step]) => step),
      epochs: rows.map(([, epoch]) => epoch),
      times: rows.map(([, , milliseconds]) => milliseconds / 1000),
      values: rows.map(([, , , value]) => value ?? NaN),
    });
    expect(validation).toMatchObject({ key: 'validation/loss', steps: [5], values: [0.25] });
    expect(getSeries(store, second.id)).toMatchObject([{ key: 'train/loss', values: [-Infinity] }]);
    expect(store.all(`SELECT points, extremes IS NULL AS short FROM metric_blocks WHERE run = 7 AND key = 1`)).toEqual([
      { points: 1024, short: 0 },
      { points: 1024, short: 0 },
      { points: 452, short: 1 },
    ]);
    expect(store.integrity()).toBe('ok');
    store.close();
  });

  it('keep versions of datasets, and let them hold sounds', () => {
    const folder = workspaceOfVersion(5);
    const old = new Database(join(folder, 'atelier.db'));
    const insert = (id: string, number: number, kind: string): string =>
      `INSERT INTO dataset_versions (id, dataset, number, created_at, change, manifest, kind, samples, classes)
        VALUES ('${id}', 'ds_0', ${number}, 1, 'imported', '{}', '${kind}', 6, 2)`;
    old.exec(insert('dv_0', 1, 'images'));
    expect(() => old.exec(insert('dv_1', 2, 'audio'))).toThrow(/CHECK/);
    old.close();
    const store = openWriter(folder);
    store.transaction(() => store.run(insert('dv_1', 2, 'audio'), []));
    expect(store.get<{ n: number }>(`SELECT count(*) AS n FROM dataset_versions`)?.n).toBe(2);
    expect(() => store.transaction(() => store.run(insert('dv_2', 3, 'smell'), []))).toThrow(/CHECK/);
    expect(store.integrity()).toBe('ok');
    store.close();
  });

  it('leave the version before untouched when one fails', () => {
    const folder = workspaceOfVersion(names.length);
    const broken = join(folder, 'migrations-broken');
    mkdirSync(broken);
    for (const name of names) copyFileSync(join(migrationsFolder, name), join(broken, name));
    const next = String(names.length + 1).padStart(4, '0');
    writeFileSync(join(broken, `${next}-bad.sql`), `CREATE TABLE half (x) STRICT; SELECT nonsense;`);
    expect(() => openWriter(folder, broken)).toThrow();
    const store = openWriter(folder);
    expect(store.get(`SELECT 1 FROM sqlite_schema WHERE name = 'half'`)).toBeUndefined();
    expect(store.integrity()).toBe('ok');
    store.close();
  });

  it('are refused when their numbers have a gap', () => {
    const folder = tempFolder();
    const gap = join(folder, 'gap');
    mkdirSync(gap);
    writeFileSync(join(gap, '0002-late.sql'), '');
    expect(() => openWriter(folder, gap)).toThrow(/should be number 1/);
  });
});

describe('a workspace of a newer version', () => {
  it('is refused, named, and left untouched, for writing and for reading', () => {
    const folder = workspaceOfVersion(names.length);
    const database = new Database(join(folder, 'atelier.db'));
    database.exec(`INSERT INTO workspace (one, created_at, app_version) VALUES (1, 1, '9.8.7')`);
    database.pragma('user_version = 999');
    database.close();
    const before = readFileSync(join(folder, 'atelier.db'));
    expect(() => openWriter(folder)).toThrow(/last used by Atelier 9\.8\.7 \(workspace version 999\).*Update Atelier/);
    expect(() => openReader(folder)).toThrow(expect.objectContaining({ code: 'workspace_newer' }));
    expect(readFileSync(join(folder, 'atelier.db')).equals(before)).toBe(true);
    expect(existsSync(join(folder, 'workspace.owner.json'))).toBe(false);
  });
});

describe('a workspace of an older version', () => {
  it('is readable only once it is brought up to date', () => {
    const folder = workspaceOfVersion(1);
    expect(() => openReader(folder)).toThrow(expect.objectContaining({ code: 'workspace_older' }));
    const writer = openWriter(folder);
    addRun(writer, addDataset(writer));
    const reader = openReader(folder);
    expect(listRuns(reader)).toHaveLength(1);
    reader.close();
    writer.close();
  });
});
