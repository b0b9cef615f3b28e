import { AtelierError } from '../shared/errors.ts';
import type { Readable, Writable } from './connection.ts';

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

export interface OpenOptions {
  /** The folder of the .sql files. */
  migrations: string;
  appVersion: string;
}

export function newerWorkspace(
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
