import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file written and flushed beside its place, waiting for one of the two. */
export interface StagedFile {
  path: string;
  /** Takes the place, at once and whole; what stood there before is gone. */
  commit(): void;
  discard(): void;
}

/** What was begun is removed when writing fails (a full disk, say). */
export function stageFile(path: string, pieces: readonly Uint8Array[]): StagedFile {
  const beside = `${path}.${process.pid}.part`;
  const discard = (): void => rmSync(beside, { force: true });
  try {
    const file = openSync(beside, 'w');
    try {
      for (const piece of pieces) for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    discard();
    throw error;
  }
  return {
    path: beside,
    discard,
    commit() {
      renameSync(beside, path);
      flushFolder(dirname(path));
    },
  };
}

/** The old file is there, whole, until the new one is, whole, on the disk. */
export function writeAtomically(path: string, pieces: readonly Uint8Array[]): void {
  const staged = stageFile(path, pieces);
  try {
    staged.commit();
  } catch (error) {
    staged.discard();
    throw error;
  }
}

/** The rename itself is only on the disk once its folder is; Windows cannot flush folders and does not need it. */
export function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
