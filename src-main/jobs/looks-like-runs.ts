import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Whether all of these paths look like runs of another program rather than data: a few looks at names, before anything is read. */
export async function looksLikeRuns(paths: readonly string[]): Promise<boolean> {
  for (const path of paths) if (!(await looksLikeRun(path))) return false;
  return paths.length > 0;
}

async function looksLikeRun(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isFile()) return isEvents(path) || (await isDatabase(path)) || (await beginsWithRun(path));
    if (basename(path) === 'mlruns') return true;
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.some(({ name }) => isEvents(name) || name === 'mlruns' || name === 'mlflow.db')) return true;
    // An experiment or a run of MLflow; a folder of either; logs of TensorBoard.
    if (entries.some(({ name }) => name === 'meta.yaml')) return true;
    const folders = entries.filter((entry) => entry.isDirectory()).slice(0, mostFolders);
    for (const { name } of folders) {
      const inner = await readdir(join(path, name));
      if (inner.some((file) => isEvents(file) || file === 'meta.yaml')) return true;
    }
    return false;
  } catch {
    // Whoever imports it tells what is wrong with it.
    return false;
  }
}

const mostFolders = 50;
const isEvents = (name: string): boolean => name.includes('.tfevents.');

/** SQLite's, as MLflow keeps its runs in one: data are in none that Atelier reads. */
const isDatabase = async (path: string): Promise<boolean> => (await beginOf(path)).startsWith('SQLite format 3\0');

async function beginsWithRun(path: string): Promise<boolean> {
  if (!/\.(jsonl|ndjson)$/i.test(path)) return false;
  return /^\s*\{\s*"type"\s*:\s*"run"/.test(await beginOf(path));
}

async function beginOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
