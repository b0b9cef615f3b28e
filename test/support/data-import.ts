import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { importDataset } from '../../src-main/datasets/import.ts';
import type { ImportContext } from '../../src-main/datasets/importers/importer.ts';
import type { AtelierError } from '../../src-main/shared/errors.ts';
import type { ImportParams, ImportResult } from '../../src-main/shared/work/import.ts';

/** A folder for one test, with a place for blobs in it. */
export async function dataFolder(): Promise<{ path: string; blobs: string }> {
  const path = await mkdtemp(join(tmpdir(), 'atelier-data-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return { path, blobs: join(path, 'blobs') };
}

/** Writes files under a folder, making the folders between. */
export async function writeFiles(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

export const quietContext = (signal = new AbortController().signal): ImportContext => ({
  progress: () => undefined,
  signal,
});

/** Imports with a seed of 1. Paths are relative to the folder. */
export function importFrom(
  folder: { path: string; blobs: string },
  paths: string[],
  more: Partial<ImportParams> = {},
  context: ImportContext = quietContext(),
): Promise<ImportResult> {
  return importDataset(
    { blobs: folder.blobs, paths: paths.map((path) => join(folder.path, path)), splitSeed: 1, ...more },
    context,
  );
}

/** The error that a promise ends in. */
export async function failure(promise: Promise<unknown>): Promise<AtelierError> {
  try {
    await promise;
  } catch (error) {
    return error as AtelierError;
  }
  throw new Error('It did not fail.');
}

/** Every file under the blobs folder, partial ones too. */
export async function filesIn(blobs: string): Promise<string[]> {
  const found: string[] = [];
  const entries = await readdir(blobs, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) found.push(...(await filesIn(join(blobs, entry.name))));
    else found.push(join(blobs, entry.name));
  }
  return found;
}
