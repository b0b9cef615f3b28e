import { AsyncLocalStorage } from 'node:async_hooks';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobHash } from '../shared/dataset.ts';
import { blobPath } from './blob-path.ts';

/**
 * The blobs that a job adds are nobody's until its owner has stored the version that they belong to. So each is noted before it gets its name:
 * should the job, or its owner, die between, whoever opens the workspace next finds them and takes them away.
 */
const fileName = 'blobs';
const ledgers = new AsyncLocalStorage<string | null>();

/** Notes in `folder` every blob that `work` adds. */
export function notingBlobs<T>(folder: string, work: () => Promise<T>): Promise<T> {
  return ledgers.run(join(folder, fileName), work);
}

/** For blobs that stay whatever becomes of the job. */
export function withoutNoting<T>(work: () => Promise<T>): Promise<T> {
  return ledgers.run(null, work);
}

/** To be called before a blob that was not there gets its name. */
export function noteBlob(hash: BlobHash): void {
  const ledger = ledgers.getStore();
  if (ledger) appendFileSync(ledger, `${hash}\n`);
}

/** Removes what was noted in `folder` and is kept by nothing. Returns how many blobs went. */
export function takeBackBlobs(blobs: string, folder: string, isKept: (hash: BlobHash) => boolean): number {
  let removed = 0;
  for (const hash of notedBlobs(folder)) {
    if (isKept(hash)) continue;
    rmSync(blobPath(blobs, hash), { force: true });
    removed++;
  }
  rmSync(join(folder, fileName), { force: true });
  return removed;
}

function notedBlobs(folder: string): Set<BlobHash> {
  try {
    const lines = readFileSync(join(folder, fileName), 'utf8').split('\n');
    // A last line cut short is of a blob that never got its name.
    return new Set(lines.filter((line) => /^[0-9a-f]{64}$/.test(line)));
  } catch {
    return new Set();
  }
}
