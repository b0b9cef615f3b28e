import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isBlobKept } from '../db/datasets.ts';
import { unfinishedJobs } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { removePartialBlobsOf, sweepPartialBlobs } from '../datasets/blobs.ts';
import { takeBackBlobs } from '../datasets/ledger.ts';
import { isId, type JobId, type RunId } from '../shared/ids.ts';
import type { Job } from '../shared/job.ts';
import { hasDiverged } from '../shared/run.ts';
import type { SpawnUtility } from './utility.ts';

/**
 * Each job that adds blobs has a folder while it is not done: the blobs it has added, and what it could go on with. When it has ended
 * well the folder goes; when not, the blobs go, and what can be gone on with stays as long as the job is shown.
 */
export function unfinishedFolder(store: WriteStore, job: JobId): string {
  const folder = workspaceFiles.unfinishedJob(store.folder, job);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The work of a job that was cut short becomes that of the one that goes on with it, which must have none yet. */
export function takeOver(store: WriteStore, from: JobId, to: JobId): void {
  const old = workspaceFiles.unfinishedJob(store.folder, from);
  if (!existsSync(old)) return;
  takeBack(store, old);
  renameSync(old, workspaceFiles.unfinishedJob(store.folder, to));
}

/** What is left of a job once its end is stored. `keep`: it could be gone on with. */
export function settleUnfinished(store: WriteStore, job: JobId, keep = false): void {
  const folder = workspaceFiles.unfinishedJob(store.folder, job);
  // Also of one that ended well: what it added on its way, and did not need in the end.
  takeBack(store, folder);
  if (!keep) rmSync(folder, { recursive: true, force: true });
}

/**
 * After an opening, before any job begins: whoever wrote here before holds the workspace no longer. What died in the middle leaves no blobs,
 * no passing files, and nothing that nobody can go on with.
 */
export async function sweepLeftovers(store: WriteStore): Promise<void> {
  await Promise.all([sweepPartialBlobs(workspaceFiles.blobs(store.folder), Date.now()), sweepUnfinished(store)]);
}

/** Processes that leave no passing files, also where they are killed or die: the next opening may be weeks away. */
export function sweptAfter(spawn: SpawnUtility, folder: string): SpawnUtility {
  return (kind) => {
    const handle = spawn(kind);
    let { pid } = handle;
    handle.onMessage(() => (pid ??= handle.pid));
    handle.onExit(() => {
      if (pid === undefined) return;
      try {
        removePartialBlobsOf(workspaceFiles.blobs(folder), pid);
      } catch {
        // The next opening tries again.
      }
    });
    return handle;
  };
}

async function sweepUnfinished(store: WriteStore): Promise<void> {
  const root = workspaceFiles.unfinished(store.folder);
  const names = existsSync(root) ? readdirSync(root) : [];
  const kept = unfinishedJobs(store, names);
  const gone = names.filter((name) => !isId('job', name) || !kept.has(name));
  // At once: a job that begins could add the very same blobs.
  for (const name of names) takeBack(store, join(root, name));
  for (const name of gone) await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined);
}

/** With what can be said of it only by a look into the workspace. */
export function withAgain(folder: string, job: Job): Job {
  if (job.again === null) return job;
  if (job.kind === 'train' && hasDiverged(job)) return { ...job, again: null };
  // What it has stored is not asked for again.
  if (['grid', 'download', 'documents', 'embed'].includes(job.kind)) return { ...job, again: 'goes-on' };
  const kept =
    job.kind === 'train'
      ? job.run !== null && existsSync(lastCheckpoint(folder, job.run))
      : hasWork(workspaceFiles.unfinishedJob(folder, job.id));
  return kept ? { ...job, again: 'goes-on' } : job;
}

/** Where a run's training goes on from, once it is there. */
const lastCheckpoint = (folder: string, run: RunId): string =>
  join(workspaceFiles.run(folder, run), 'checkpoints', 'last.safetensors');

const hasWork = (folder: string): boolean => existsSync(folder) && readdirSync(folder).length > 0;

function takeBack(store: WriteStore, folder: string): void {
  takeBackBlobs(workspaceFiles.blobs(store.folder), folder, (hash) => isBlobKept(store, hash));
}
