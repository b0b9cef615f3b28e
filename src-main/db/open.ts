import { existsSync, readFileSync, statSync } from 'node:fs';
import { AtelierError } from '../shared/errors.ts';
import { listBackups, makeBackup, quickCheck } from './backup.ts';
import { Connection, type Readable, type Writable } from './connection.ts';
import { isDamage, storeError } from './errors.ts';
import { interruptJobs } from './jobs.ts';
import { WorkspaceLock } from './lock.ts';
import { migrate, readMigrations } from './migrate.ts';
import { recordRun, runFolders } from './records.ts';
import { getRun, interruptRuns } from './runs.ts';
import { replayRecords, setAside } from './salvage.ts';
import { makeWorkspaceFolders, workspaceExists, workspaceFiles } from './workspace.ts';

/** Something worth telling about an opening: a repair, a migration, jobs that were cut short. */
export interface Notice {
  code: 'workspace_repaired' | 'workspace_migrated' | 'jobs_interrupted';
  message: string;
}

export interface ReadStore extends Readable {
  readonly folder: string;
  close(): void;
}

export interface WriteStore extends Writable {
  readonly folder: string;
  readonly notices: readonly Notice[];
  /** 'ok', or the first thing found wrong. Reads the whole file. */
  integrity(): string;
  close(): void;
}

interface Common {
  /** The folder of the .sql files. */
  migrations: string;
  appVersion: string;
}

/** A database up to this size is checked at every opening (tens of milliseconds); a larger one after an unclean end only. */
const alwaysChecked = 32 * 2 ** 20;
const backupEvery = 24 * 3600 * 1000;

export function openStore(folder: string, options: Common & { mode: 'read' }): ReadStore;
export function openStore(folder: string, options: Common & { mode: 'write'; owner: string }): WriteStore;
export function openStore(
  folder: string,
  options: Common & ({ mode: 'read' } | { mode: 'write'; owner: string }),
): ReadStore | WriteStore {
  return options.mode === 'read' ? openForReading(folder, options) : openForWriting(folder, options, options.owner);
}

/** Sees what is committed, also while another process writes. */
function openForReading(folder: string, options: Common): ReadStore {
  const file = workspaceFiles.database(folder);
  if (!workspaceExists(folder)) {
    throw new AtelierError(
      'no_workspace',
      `There is no workspace in ${folder}. Import something first (atelier import FILE), or name another one (--workspace DIR).`,
    );
  }
  let db: Connection;
  try {
    db = new Connection(folder, file, { readonly: true, fileMustExist: true });
    db.get(`SELECT 1 FROM sqlite_schema LIMIT 1`);
  } catch (error) {
    // A reader of a WAL database has to write its -shm file. In a read-only folder that nobody writes to, the file alone is the truth.
    if (!(error instanceof AtelierError && error.code === 'workspace_read_only') || existsSync(`${file}-wal`))
      throw error;
    db = new Connection(folder, withoutWal(readFileSync(file)), { readonly: true });
  }
  try {
    const version = db.pragma<number>('user_version');
    const latest = readMigrations(options.migrations).length;
    if (version > latest) throw newerWorkspace(db, folder, version, latest, options.appVersion);
    if (version < latest) {
      throw new AtelierError(
        'workspace_older',
        `The workspace ${folder} was made by an older Atelier and has to be brought up to date first. Open it in the window, or run "atelier doctor" on it once.`,
      );
    }
  } catch (error) {
    db.close();
    throw error;
  }
  return Object.assign(db, { folder });
}

/** Says "rollback journal" in the header (bytes 18 and 19 of the file format): a copy in memory cannot have a WAL. */
function withoutWal(database: Buffer): Buffer {
  database[18] = database[19] = 1;
  return database;
}

function openForWriting(folder: string, options: Common, owner: string): WriteStore {
  makeWorkspaceFolders(folder);
  const lock = WorkspaceLock.acquire(folder, owner);
  let clean = true;
  try {
    const migrations = readMigrations(options.migrations);
    refuseNewer(folder, migrations.length, options.appVersion);
    const notices: Notice[] = [];
    const db = openSound(folder, lock.died !== null, notices, (opened) => {
      const version = opened.pragma<number>('user_version');
      if (version === migrations.length) return;
      const backup = version > 0 ? makeBackup(opened, folder) : null;
      migrate(opened, migrations);
      if (backup) {
        notices.push({
          code: 'workspace_migrated',
          message: `The workspace was brought from version ${version} to ${migrations.length}. The database as it was is kept in ${backup}.`,
        });
      }
    });
    interruptUnfinished(db, folder, notices);
    db.run(
      `INSERT INTO workspace (one, created_at, app_version) VALUES (1, ?, ?)
       ON CONFLICT DO UPDATE SET app_version = excluded.app_version`,
      [Date.now(), options.appVersion],
    );
    if (lock.died !== null) backUpIfDue(db, folder);

    return Object.assign(db, {
      folder,
      notices,
      integrity: () => quickCheck(db.database) ?? 'ok',
      close() {
        try {
          backUpIfDue(db, folder);
        } catch (error) {
          if (isDamage(error)) clean = false;
        }
        Connection.prototype.close.call(db);
        lock.release(clean);
      },
    });
  } catch (error) {
    clean = lock.died === null && !isDamage(error);
    lock.release(clean);
    throw storeError(error, folder);
  }
}

/** Before anything is written: a newer Atelier's workspace must stay as it is. */
function refuseNewer(folder: string, latest: number, appVersion: string): void {
  if (!workspaceExists(folder)) return;
  let db: Connection | undefined;
  try {
    db = new Connection(folder, workspaceFiles.database(folder), { readonly: true });
    const version = db.pragma<number>('user_version');
    if (version > latest) throw newerWorkspace(db, folder, version, latest, appVersion);
  } catch (error) {
    if (!isDamage(error)) throw error;
  } finally {
    db?.close();
  }
}

function newerWorkspace(
  db: Readable,
  folder: string,
  version: number,
  latest: number,
  appVersion: string,
): AtelierError {
  let by = 'a newer Atelier';
  try {
    const row = db.get<{ app_version: string }>(`SELECT app_version FROM workspace`);
    if (row) by = `Atelier ${row.app_version}`;
  } catch {
    // A newer version may keep it elsewhere.
  }
  return new AtelierError(
    'workspace_newer',
    `The workspace ${folder} was last used by ${by} (workspace version ${version}); this is Atelier ${appVersion}, which knows versions up to ${latest}. It was left untouched. Update Atelier, or choose another workspace (--workspace DIR).`,
  );
}

/** Opens, checks and migrates; a database that turns out damaged, or is gone while its runs are there, is repaired first. */
function openSound(folder: string, check: boolean, notices: Notice[], prepare: (db: Connection) => void): Connection {
  const lost = !workspaceExists(folder) && runFolders(folder).length > 0;
  if (!lost) {
    let db: Connection | undefined;
    try {
      db = connect(folder);
      const problem = check || databaseSize(folder) <= alwaysChecked ? quickCheck(db.database) : null;
      if (problem) throw new AtelierError('workspace_damaged', problem);
      prepare(db);
      return db;
    } catch (error) {
      db?.close();
      if (!isDamage(error)) throw error;
    }
  }
  const { aside, backup } = setAside(folder);
  const db = connect(folder);
  try {
    prepare(db);
    const replayed = replayRecords(db, folder);
    notices.push({
      code: 'workspace_repaired',
      message: [
        aside ? `The database was damaged; it is kept in ${aside}.` : 'The database was missing.',
        backup
          ? `It was restored from the backup of ${new Date(backup.time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
          : 'There was no backup; it was made anew',
        `and brought up to date from the workspace's own files (${replayed.datasets} datasets and ${replayed.runs} runs added).`,
        'Datasets, samples, runs, curves and checkpoints are all still in the folder.',
      ].join(' '),
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(folder: string): Connection {
  const db = new Connection(folder, workspaceFiles.database(folder));
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    // Small, frequent checkpoints: each one's share of writing and flushing stays far below what a person could feel.
    db.pragma('wal_autocheckpoint = 500');
    db.pragma('journal_size_limit = 16777216');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function interruptUnfinished(db: Connection, folder: string, notices: Notice[]): void {
  const now = Date.now();
  const [jobs, runs] = db.transaction(() => [interruptJobs(db, now), interruptRuns(db, now)] as const);
  for (const id of runs) recordRun(folder, { run: getRun(db, id) });
  if (jobs === 0 && runs.length === 0) return;
  notices.push({
    code: 'jobs_interrupted',
    message: `${Math.max(jobs, runs.length)} ${Math.max(jobs, runs.length) === 1 ? 'job was' : 'jobs were'} cut short when Atelier last ended, and marked interrupted. What they had finished is kept.`,
  });
}

/** Once a day in which something changed. */
function backUpIfDue(db: Connection, folder: string): void {
  const newest = listBackups(folder)[0];
  if (newest && Date.now() - newest.time < backupEvery) return;
  if (!db.get(`SELECT 1 FROM datasets LIMIT 1`)) return;
  makeBackup(db, folder);
}

function databaseSize(folder: string): number {
  return statSync(workspaceFiles.database(folder)).size;
}

/** Of the SQLite that is built in; no workspace needed. */
export function sqliteVersion(db?: Readable): string {
  const one = db ?? new Connection('', ':memory:');
  return one.get<{ version: string }>(`SELECT sqlite_version() AS version`)!.version;
}
