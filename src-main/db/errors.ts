import Database from 'better-sqlite3';
import { AtelierError } from '../shared/errors.ts';

/** Words SQLite's and the file system's failures for people; anything else is passed on as it is. */
export function storeError(error: unknown, folder: string): unknown {
  if (error instanceof AtelierError || !(error instanceof Error)) return error;
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code !== 'string') return error;

  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new AtelierError(
      'disk_full',
      `There is no space left on the disk that holds ${folder}. What was stored before is safe; this last change was not stored. Free some space, then try again.`,
      [error.message],
    );
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code)) {
    return readOnly(folder, error.message);
  }
  if (isDamage(error)) {
    return new AtelierError(
      'workspace_damaged',
      `The database in ${folder} is damaged. Close everything that uses this workspace and open it again: Atelier then repairs it from its newest backup and the run folders, and keeps the damaged file aside.`,
      [error.message],
    );
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new AtelierError(
      'workspace_busy',
      `The database in ${folder} is held by another program. Close it, or wait a moment, then try again.`,
      [error.message],
    );
  }
  if (error instanceof Database.SqliteError && code.startsWith('SQLITE_IOERR')) {
    return new AtelierError(
      'disk_failure',
      `Reading or writing the database in ${folder} failed. What was stored before is safe. Check the disk, then open the workspace again.`,
      [`${code}: ${error.message}`],
    );
  }
  return error;
}

export function isDamage(error: unknown): boolean {
  if (error instanceof AtelierError) return error.code === 'workspace_damaged';
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

export function readOnly(folder: string, detail: string): AtelierError {
  return new AtelierError(
    'workspace_read_only',
    `The workspace ${folder} cannot be written. Give yourself write permission on that folder and the files in it, or choose another one (--workspace DIR).`,
    [detail],
  );
}
