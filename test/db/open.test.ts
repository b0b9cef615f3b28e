import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { listBackups } from '../../src-main/db/backup.ts';
import { Connection } from '../../src-main/db/connection.ts';
import { getDataset, getVersion, listDatasets } from '../../src-main/db/datasets.ts';
import { getSeries } from '../../src-main/db/curves.ts';
import { insertPoints } from '../../src-main/db/metrics.ts';
import { recordDataset, recordRun } from '../../src-main/db/records.ts';
import { setRunFinished, setRunRunning } from '../../src-main/db/run-states.ts';
import { getRun, listRuns } from '../../src-main/db/runs.ts';
import { defaultWorkspace } from '../../src-main/db/workspace.ts';
import { AtelierError } from '../../src-main/shared/errors.ts';
import {
  addDataset,
  addRun,
  migrationsFolder,
  openReader,
  openWriter,
  repository,
  tempFolder,
} from '../support/temp-workspace.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Another process that opens the workspace for writing, says so, and holds it. */
async function holder(folder: string) {
  const child = spawn(
    process.execPath,
    [join(repository, 'test/support/hold-workspace.mjs'), folder, migrationsFolder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  return child;
}

describe('the lock', () => {
  it('refuses a second writer by name, lets readers in, and is free after kill -9', async () => {
    const folder = tempFolder();
    const child = await holder(folder);
    expect(() => openWriter(folder)).toThrow(code('workspace_in_use'));
    expect(() => openWriter(folder)).toThrow(new RegExp(`the holder \\(process ${child.pid}\\)`));
    const reader = openReader(folder);
    expect(listDatasets(reader).map((dataset) => dataset.name)).toEqual(['held']);
    reader.close();

    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = openWriter(folder);
    expect(listDatasets(store)).toHaveLength(1);
    expect(store.integrity()).toBe('ok');
    store.close();
    expect(existsSync(join(folder, 'workspace.owner.json'))).toBe(false);
  });

  it('refuses a second writer in the same process too', () => {
    const folder = tempFolder();
    const store = openWriter(folder);
    expect(() => openWriter(folder)).toThrow(code('workspace_in_use'));
    store.close();
    openWriter(folder).close();
  });
});

describe('reading', () => {
  it('cannot write: not by type, not by file mode', () => {
    const folder = tempFolder();
    openWriter(folder).close();
    const reader = openReader(folder);
    // @ts-expect-error A reader has no run().
    expect(() => reader.run(`DELETE FROM runs`)).toThrow(code('workspace_read_only'));
    reader.close();
  });

  it('of a folder without a workspace says so and makes nothing', () => {
    const folder = tempFolder();
    expect(() => openReader(join(folder, 'nothing'))).toThrow(code('no_workspace'));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a workspace that cannot be written', () => {
  it('is a file: says so', () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    expect(() => openWriter(file)).toThrow(code('workspace_not_a_folder'));
  });

  it.skipIf(process.platform === 'win32')('has no write permission: says so, and can still be read', () => {
    const folder = tempFolder();
    const store = openWriter(folder);
    addDataset(store, 'kept');
    store.close();
    chmodSync(folder, 0o555);
    const script = join(repository, 'test/support/open-workspace.mjs');
    // Root may write anywhere: nobody (65534) may not.
    const user = process.getuid?.() === 0 ? ['65534'] : [];
    const migrations = tempFolder();
    cpSync(migrationsFolder, migrations, { recursive: true });
    for (const each of [folder, migrations]) spawnSync('chmod', ['-R', 'o+rX', each]);
    const open = (mode: string) =>
      spawnSync(process.execPath, [script, folder, migrations, mode, ...user], { encoding: 'utf8' }).stdout.trim();
    expect(open('write')).toBe('workspace_read_only');
    expect(open('read')).toBe('kept');
    chmodSync(folder, 0o755);
  });
});

describe('a damaged database', () => {
  /** A workspace with a backup that knows dataset "first", and later files that know more. */
  function workspaceWithHistory() {
    const folder = tempFolder();
    let store = openWriter(folder);
    const first = addDataset(store, 'first');
    store.close();
    expect(listBackups(folder)).toHaveLength(1);

    store = openWriter(folder);
    const second = addDataset(store, 'second');
    recordDataset(
      folder,
      second.dataset,
      { dataset: { id: second.dataset, name: 'second', createdAt: second.createdAt, archived: false } },
      { version: second, origin: { paths: ['/data/second.csv'] } },
    );
    const run = addRun(store, second, 'a run');
    recordRun(folder, { run: getRun(store, run), version: second });
    setRunRunning(store, run, 5);
    const points = [1, 2, 3].map((step) => ({ key: 'train/loss', step, epoch: step, value: 1 / step, time: step }));
    insertPoints(store, run, points);
    writeFileSync(
      join(folder, 'runs', run, 'run.jsonl'),
      [
        JSON.stringify({ type: 'start', run }),
        JSON.stringify({
          type: 'metrics',
          key: points.map((point) => point.key),
          step: points.map((point) => point.step),
          epoch: points.map((point) => point.epoch),
          value: points.map((point) => point.value),
          time: points.map((point) => point.time),
        }),
        '{"type":"metrics","key":["train/lo',
      ].join('\n'),
    );
    const outcome = { parameterCount: 9, samplesPerSecond: 10, peakMemoryBytes: 11, bestEpoch: 3, stoppedEarly: false };
    setRunFinished(store, run, outcome, 6);
    recordRun(folder, { run: { ...getRun(store, run), metrics: { 'train/loss': 0.25 } } });
    store.close();
    return { folder, first, second, run };
  }

  function expectWhole({ folder, first, second, run }: ReturnType<typeof workspaceWithHistory>) {
    const store = openWriter(folder);
    expect(store.notices.map((notice) => notice.code)).toEqual(['workspace_repaired']);
    expect(
      listDatasets(store)
        .map((dataset) => dataset.name)
        .sort(),
    ).toEqual(['first', 'second']);
    expect(getVersion(store, first.id).manifest).toEqual(first.manifest);
    expect(getVersion(store, second.id).manifest).toEqual(second.manifest);
    expect(getDataset(store, second.dataset).source).toBe('second.csv');
    expect(getRun(store, run)).toMatchObject({
      name: 'a run',
      status: 'finished',
      bestEpoch: 3,
      metrics: { 'train/loss': 0.25 },
    });
    expect(getSeries(store, run)[0]).toMatchObject({ key: 'train/loss', steps: [1, 2, 3], values: [1, 1 / 2, 1 / 3] });
    expect(store.integrity()).toBe('ok');
    store.close();
    return store.notices[0].message;
  }

  it('with a torn header is rebuilt from the newest backup and the files, and kept aside', () => {
    const history = workspaceWithHistory();
    writeFileSync(join(history.folder, 'atelier.db'), Buffer.alloc(8192, 7));
    const message = expectWhole(history);
    const aside = /kept in (\S+)\./.exec(message)?.[1];
    expect(readFileSync(join(aside!, 'atelier.db')).every((byte) => byte === 7)).toBe(true);
  });

  it('with damage in the middle is noticed and rebuilt', () => {
    const history = workspaceWithHistory();
    const file = join(history.folder, 'atelier.db');
    const bytes = readFileSync(file);
    // Every page but the first two: indexes and tables alike.
    bytes.fill(0xa5, 8192);
    writeFileSync(file, bytes);
    expectWhole(history);
  });

  it('that is gone is rebuilt', () => {
    const history = workspaceWithHistory();
    rmSync(join(history.folder, 'atelier.db'));
    expect(expectWhole(history)).toMatch(/The database was missing/);
  });

  it('is rebuilt from the files alone when its backups are damaged as well', () => {
    const history = workspaceWithHistory();
    writeFileSync(join(history.folder, 'atelier.db'), 'not a database, whatever its name says');
    for (const backup of listBackups(history.folder)) writeFileSync(backup.path, 'neither');
    const store = openWriter(history.folder);
    expect(store.notices[0].message).toMatch(/no backup; it was made anew/);
    // "first" was never recorded in a file by this test, so only "second" can come back.
    expect(listDatasets(store).map((dataset) => dataset.name)).toEqual(['second']);
    expect(listRuns(store)).toHaveLength(1);
    store.close();
  });
});

describe('a run whose owner died', () => {
  function orphan(...lines: object[]) {
    const folder = tempFolder();
    const store = openWriter(folder);
    const id = addRun(store, addDataset(store));
    setRunRunning(store, id, 5);
    insertPoints(store, id, [{ key: 'train/loss', step: 1, epoch: 1, value: 1, time: 1 }]);
    store.close();
    mkdirSync(join(folder, 'runs', id), { recursive: true });
    const columns = { key: ['train/loss', 'train/loss'], step: [1, 2], epoch: [1, 2], value: [1, null], time: [1, 2] };
    const all = [
      { type: 'start', parameterCount: 7 },
      { type: 'metrics', ...columns },
      { type: 'best', epoch: 2 },
      ...lines,
    ];
    writeFileSync(join(folder, 'runs', id, 'run.jsonl'), all.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const again = openWriter(folder);
    const [run, series] = [getRun(again, id), getSeries(again, id)];
    again.close();
    return { run, series, notices: again.notices.map((notice) => notice.code) };
  }

  it('is interrupted, with the points that were on their way', () => {
    const { run, series, notices } = orphan();
    expect(run).toMatchObject({ status: 'interrupted', bestEpoch: 2, parameterCount: 7 });
    expect(series).toMatchObject([{ steps: [1, 2], values: [1, NaN] }]);
    expect(notices).toEqual(['jobs_interrupted']);
  });

  it('is finished when its trainer came to the end', () => {
    const outcome = { parameterCount: 7, samplesPerSecond: 10, peakMemoryBytes: 11, bestEpoch: 2, stoppedEarly: false };
    const result = { ...outcome, metrics: { 'test/accuracy': 0.5 } };
    const { run, notices } = orphan({ type: 'finished', at: 99, result });
    expect(run).toMatchObject({ status: 'finished', finishedAt: 99, bestEpoch: 2, metrics: { 'test/accuracy': 0.5 } });
    expect(notices).toEqual([]);
  });
});

describe('backups', () => {
  it('are made once a day at closing, and the newest five stay', () => {
    const folder = tempFolder();
    let store = openWriter(folder);
    addDataset(store);
    store.close();
    store = openWriter(folder);
    store.close();
    expect(listBackups(folder)).toHaveLength(1);
    for (let day = 0; day < 7; day++) {
      for (const backup of listBackups(folder)) {
        const then = new Date(backup.time - 25 * 3600 * 1000);
        utimesSync(backup.path, then, then);
      }
      openWriter(folder).close();
    }
    const backups = listBackups(folder);
    expect(backups).toHaveLength(5);
    for (const backup of backups) {
      const database = new Database(backup.path, { readonly: true });
      expect(database.prepare(`SELECT count(*) AS n FROM datasets`).get()).toEqual({ n: 1 });
      database.close();
    }
  });
});

describe('a full disk', () => {
  it('is one clear error, and what was stored before stays', () => {
    const folder = tempFolder();
    const store = openWriter(folder);
    const version = addDataset(store);
    const run = addRun(store, version);
    (store as unknown as Connection).pragma(
      `max_page_count = ${(store as unknown as Connection).pragma('page_count')}`,
    );
    const points = Array.from({ length: 5000 }, (_, step) => ({
      key: 'a',
      step,
      epoch: 0,
      value: Math.sin(step),
      time: 0,
    }));
    expect(() => insertPoints(store, run, points)).toThrow(code('disk_full'));
    expect(() => insertPoints(store, run, points)).toThrow(AtelierError);
    (store as unknown as Connection).pragma('max_page_count = 1000000');
    expect(getSeries(store, run)).toEqual([]);
    insertPoints(store, run, points);
    expect(getSeries(store, run)[0].steps).toHaveLength(5000);
    expect(store.integrity()).toBe('ok');
    store.close();
  });
});

describe('the default workspace', () => {
  it('follows ATELIER_WORKSPACE, XDG and each system', () => {
    expect(defaultWorkspace({ ATELIER_WORKSPACE: '/somewhere' }, 'linux')).toBe('/somewhere');
    expect(defaultWorkspace({ XDG_DATA_HOME: '/x' }, 'linux')).toBe('/x/atelier/workspace');
    expect(defaultWorkspace({ XDG_DATA_HOME: 'relative' }, 'linux')).toMatch(/\.local\/share\/atelier\/workspace$/);
    expect(defaultWorkspace({}, 'darwin')).toMatch(/Application Support\/Atelier\/workspace$/);
    expect(defaultWorkspace({ APPDATA: '/roaming' }, 'win32')).toBe('/roaming/Atelier/workspace');
  });
});
