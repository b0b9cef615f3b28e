import {
  copyFileSync,
  existsSync,
  openSync,
  closeSync,
  fsyncSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Connection } from './connection.ts';
import { checkFile } from './quick-check.ts';
import { workspaceFiles } from './workspace.ts';

const kept = 5;
const pattern = /^atelier-(\d{8}T\d{9}Z)-v(\d+)\.db$/;

export interface Backup {
  path: string;
  /** Milliseconds since 1970. */
  time: number;
  version: number;
}

/** Newest first. */
export function listBackups(folder: string): Backup[] {
  const backups = workspaceFiles.backups(folder);
  if (!existsSync(backups)) return [];
  return readdirSync(backups)
    .filter((name) => pattern.test(name))
    .sort()
    .reverse()
    .map((name) => {
      const path = join(backups, name);
      return { path, time: statSync(path).mtimeMs, version: Number(pattern.exec(name)![2]) };
    });
}

/** A verified, compact copy in backups/, of which the newest five stay. Blocks as long as it takes: call it at open or close only. */
export function makeBackup(db: Connection, folder: string): string {
  const version = db.pragma<number>('user_version');
  const path = join(workspaceFiles.backups(folder), `atelier-${timeStamp()}-v${version}.db`);
  const beside = `${path}.part`;
  rmSync(beside, { force: true });
  try {
    db.run('VACUUM INTO ?', [beside]);
    const problem = checkFile(beside);
    if (problem)
      throw new AtelierError('backup_failed', `The backup ${path} did not verify and was not kept: ${problem}`);
    flush(beside);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
  for (const old of listBackups(folder).slice(kept)) rmSync(old.path, { force: true });
  return path;
}

/** Puts the newest backup that verifies in the database's place; null when there is none. The place must be empty. */
export function restoreNewestBackup(folder: string): Backup | null {
  for (const backup of listBackups(folder)) {
    if (checkFile(backup.path) !== null) continue;
    const target = workspaceFiles.database(folder);
    copyFileSync(backup.path, `${target}.part`);
    flush(`${target}.part`);
    renameSync(`${target}.part`, target);
    return backup;
  }
  return null;
}

export function timeStamp(now: Date = new Date()): string {
  return now.toISOString().replace(/[-:.]/g, '');
}

function flush(path: string): void {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
