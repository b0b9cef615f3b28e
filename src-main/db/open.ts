import { Connection, type Readable } from './connection.ts';
import { openForReading } from './open-reading.ts';
import { openForWriting } from './open-writing.ts';
import type { OpenOptions, ReadStore, WriteStore } from './store.ts';

export type { Notice, ReadStore, WriteStore } from './store.ts';

/** Opens a workspace's database: to read beside whoever owns it, or as its one owner. */
export function openStore(folder: string, options: OpenOptions & { mode: 'read' }): ReadStore;
export function openStore(folder: string, options: OpenOptions & { mode: 'write'; owner: string }): WriteStore;
export function openStore(
  folder: string,
  options: OpenOptions & ({ mode: 'read' } | { mode: 'write'; owner: string }),
): ReadStore | WriteStore {
  return options.mode === 'read' ? openForReading(folder, options) : openForWriting(folder, options, options.owner);
}

/** Of the SQLite that is built in; no workspace needed. */
export function sqliteVersion(db?: Readable): string {
  const one = db ?? new Connection('', ':memory:');
  return one.get<{ version: string }>(`SELECT sqlite_version() AS version`)!.version;
}
