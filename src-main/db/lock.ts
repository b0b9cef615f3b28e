import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AtelierError } from '../shared/errors.ts';
import { storeError } from './errors.ts';
import { workspaceFiles } from './workspace.ts';

/** Who holds a workspace, for the message that refuses a second writer. */
export interface Owner {
  pid: number;
  /** "the Atelier window", "atelier train". */
  what: string;
  /** Milliseconds since 1970. */
  since: number;
}

/**
 * One writer per workspace. The lock is an exclusive transaction on an empty SQLite file: the operating system lets go of it the
 * moment the process ends, however it ends, on every platform. So there is never a stale lock to clear, and no pid to guess at.
 * (Nobody may open workspace.lock by other means in this process: closing any handle to a file drops POSIX locks on it.)
 */
export class WorkspaceLock {
  readonly #database: Database.Database;
  readonly #folder: string;
  /** The last owner, if it ended without letting go: killed, crashed, or the power failed. */
  readonly died: Owner | null;

  private constructor(database: Database.Database, folder: string, died: Owner | null) {
    this.#database = database;
    this.#folder = folder;
    this.died = died;
  }

  static acquire(folder: string, what: string): WorkspaceLock {
    let database: Database.Database | undefined;
    try {
      // A short wait covers the last moments of a process that is just closing.
      database = new Database(workspaceFiles.lock(folder), { timeout: 300 });
      database.exec('BEGIN EXCLUSIVE');
      const died = readOwner(folder);
      const owner: Owner = { pid: process.pid, what, since: Date.now() };
      writeFileSync(workspaceFiles.owner(folder), JSON.stringify(owner) + '\n');
      return new WorkspaceLock(database, folder, died);
    } catch (error) {
      database?.close();
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') throw inUse(folder);
      throw storeError(error, folder);
    }
  }

  /** `clean: false` leaves the mark of an unclean end, so that the next owner checks the database. */
  release(clean = true): void {
    if (clean) rmSync(workspaceFiles.owner(this.#folder), { force: true });
    this.#database.close();
  }
}

/** The present owner, or the last one that died; null when nobody has it. A hint only: the lock itself decides. */
function readOwner(folder: string): Owner | null {
  const file = workspaceFiles.owner(folder);
  if (!existsSync(file)) return null;
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
    return {
      pid: Number(owner.pid) || 0,
      what: String(owner.what || 'another program'),
      since: Number(owner.since) || 0,
    };
  } catch {
    return { pid: 0, what: 'another program', since: 0 };
  }
}

/** Whether the last owner ended without letting go. (A process that got its number since makes this say no; harmless.) */
export function ownerDied(folder: string): boolean {
  const owner = readOwner(folder);
  if (!owner) return false;
  try {
    process.kill(owner.pid, 0);
    return owner.pid === 0;
  } catch (error) {
    // EPERM: it lives, as someone else's.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function inUse(folder: string): AtelierError {
  const owner = readOwner(folder);
  const who = owner ? `${owner.what}${owner.pid ? ` (process ${owner.pid})` : ''}` : 'another program';
  return new AtelierError(
    'workspace_in_use',
    `The workspace ${folder} is being changed by ${who}. Wait for it to end or close it, or choose another workspace (--workspace DIR). Lists of runs and datasets can be read meanwhile.`,
  );
}
