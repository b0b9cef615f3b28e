import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { JobId, RunId } from '../shared/ids.ts';
import { readOnly, storeError } from './errors.ts';

/** Where things lie inside a workspace folder. */
export const workspaceFiles = {
  database: (folder: string) => join(folder, 'atelier.db'),
  lock: (folder: string) => join(folder, 'workspace.lock'),
  owner: (folder: string) => join(folder, 'workspace.owner.json'),
  blobs: (folder: string) => join(folder, 'blobs'),
  /** What jobs have begun and not ended: beside the blobs, since files are renamed from here to there. */
  unfinished: (folder: string) => join(folder, 'blobs', 'unfinished'),
  unfinishedJob: (folder: string, job: JobId) => join(folder, 'blobs', 'unfinished', job),
  datasets: (folder: string) => join(folder, 'datasets'),
  runs: (folder: string) => join(folder, 'runs'),
  studies: (folder: string) => join(folder, 'studies'),
  run: (folder: string, run: RunId) => join(folder, 'runs', run),
  jobs: (folder: string) => join(folder, 'jobs'),
  backups: (folder: string) => join(folder, 'backups'),
  exports: (folder: string) => join(folder, 'exports'),
  /** What was pasted to be imported: sources that lie nowhere else. */
  pasted: (folder: string) => join(folder, 'pasted'),
};

const subfolders = ['blobs', 'datasets', 'runs', 'studies', 'jobs', 'backups', 'exports'];

/** Where this person's data goes by the rules of their system; workspaces lie inside. */
export function dataFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const home = homedir();
  if (platform === 'win32') return join(env.APPDATA || join(home, 'AppData', 'Roaming'), 'Atelier');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Atelier');
  // A relative XDG path is to be ignored, says the specification.
  const xdg = env.XDG_DATA_HOME;
  return join(xdg && xdg.startsWith('/') ? xdg : join(home, '.local', 'share'), 'atelier');
}

/** The workspace of someone who has chosen none. ATELIER_WORKSPACE names another. */
export function defaultWorkspace(env: NodeJS.ProcessEnv = process.env, platform?: NodeJS.Platform): string {
  return env.ATELIER_WORKSPACE ? resolve(env.ATELIER_WORKSPACE) : join(dataFolder(env, platform), 'workspace');
}

/** Makes the folder and its sub-folders where they are missing. */
export function makeWorkspaceFolders(folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory()) {
    throw new AtelierError(
      'workspace_not_a_folder',
      `${folder} is a file. A workspace is a folder: choose another path (--workspace DIR).`,
    );
  }
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    for (const name of subfolders) mkdirSync(join(folder, name), { recursive: true });
  } catch (error) {
    const worded = storeError(error, folder);
    if (worded instanceof AtelierError) throw worded;
    // ENOENT, ENOTDIR: part of the path is missing and cannot be made.
    throw readOnly(folder, String(error));
  }
}

export function workspaceExists(folder: string): boolean {
  return existsSync(workspaceFiles.database(folder));
}
