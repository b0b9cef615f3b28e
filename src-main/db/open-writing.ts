import { statSync } from 'node:fs';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { listBackups, makeBackup } from './backup.ts';
import { Connection } from './connection.ts';
import { isDamage, storeError } from './errors.ts';
import { interruptJobs } from './jobs.ts';
import { WorkspaceLock } from './lock.ts';
import { sealAllCurves } from './metrics.ts';
import { migrate, readMigrations } from './migrate.ts';
import { quickCheck } from './quick-check.ts';
import { recordRun, runFolders } from './records.ts';
import { interruptRuns } from './run-states.ts';
import { getRun } from './runs.ts';
import { replayRun } from './replay-run.ts';
import { replayRecords, setAside } from './salvage.ts';
import { newerWorkspace, type Notice, type OpenOptions, type WriteStore } from './store.ts';
import { completeStudyRecords } from './study-records.ts';
import { makeWorkspaceFolders, workspaceExists, workspaceFiles } from './workspace.ts';

/** A database up to this size is checked at every opening (tens of milliseconds); a larger one after an unclean end only. */
const alwaysChecked = 32 * 2 ** 20;
const backupEvery = 24 * 3600 * 1000;

/** Takes the lock, then refuses, checks, repairs and migrates as needed. `owner`: who this is, for the message to a second one. */
export function openForWriting(folder: string, options: OpenOptions, owner: string): WriteStore {
  makeWorkspaceFolders(folder);
  const lock = WorkspaceLock.acquire(folder, owner);
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
    try {
      completeStudyRecords(db, folder, lock.died !== null);
    } catch {
      // A full disk, say: the rows have it all.
    }
    sealAllCurves(db);
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
        } catch {
          // No space for one, say: that must not keep anyone from leaving.
        }
        Connection.prototype.close.call(db);
        // Damage met on the way is repaired at the next opening, which an unclean end makes look.
        lock.release(!db.damaged);
      },
    });
  } catch (error) {
    lock.release(lock.died === null && !isDamage(error));
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
        `and brought up to date from the workspace's own files (${replayed.datasets} datasets, ${replayed.runs} runs and ${replayed.studies} studies added).`,
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
    db.pragma('wal_autocheckpoint = 200');
    db.pragma('journal_size_limit = 16777216');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function interruptUnfinished(db: Connection, folder: string, notices: Notice[]): void {
  const now = Date.now();
  const unfinished = db.all<{ id: RunId }>(`SELECT id FROM runs WHERE status = 'running'`);
  for (const { id } of unfinished) db.transaction(() => replayRun(db, folder, id));
  const [cut] = db.all<{ title: string }>(
    `SELECT title FROM jobs WHERE status IN ('queued', 'running') AND kind = 'import' AND request IS NOT NULL
      ORDER BY created_at DESC LIMIT 1`,
  );
  const [jobs, runs] = db.transaction(() => [interruptJobs(db, now), interruptRuns(db, now)] as const);
  for (const id of new Set([...unfinished.map((run) => run.id), ...runs])) recordRun(folder, { run: getRun(db, id) });
  if (jobs === 0 && runs.length === 0) return;
  notices.push({
    code: 'jobs_interrupted',
    message: `${Math.max(jobs, runs.length)} ${Math.max(jobs, runs.length) === 1 ? 'job was' : 'jobs were'} cut short when Atelier last ended, and marked interrupted. What had been finished is kept.${cut ? ` The import of ${cut.title} goes on with "atelier import --resume", or with Resume among the window's jobs.` : ''}`,
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
