import { existsSync, readFileSync } from 'node:fs';
import { AtelierError } from '../shared/errors.ts';
import { Connection } from './connection.ts';
import { readMigrations } from './migrate.ts';
import { newerWorkspace, type OpenOptions, type ReadStore } from './store.ts';
import { workspaceExists, workspaceFiles } from './workspace.ts';

/** Sees what is committed, also while another process writes. */
export function openForReading(folder: string, options: OpenOptions): ReadStore {
  const file = workspaceFiles.database(folder);
  if (!workspaceExists(folder)) {
    throw new AtelierError(
      'no_workspace',
      `There is no workspace in ${folder}. Import something first (atelier import FILE), or name another one (--workspace DIR).`,
    );
  }
  let db: Connection | undefined;
  try {
    db = new Connection(folder, file, { readonly: true, fileMustExist: true });
    db.get(`SELECT 1 FROM sqlite_schema LIMIT 1`);
  } catch (error) {
    db?.close();
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
