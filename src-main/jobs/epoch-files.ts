import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { epochFile, readEpochFile } from '../shared/epoch-file.ts';

/** The epochs that left a file in a folder, in order; none where there is no folder. `epochOf`: null for any other file. */
export function epochsIn(folder: string, epochOf: (file: string) => number | null): number[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return files.flatMap((file) => epochOf(file) ?? []).sort((a, b) => a - b);
}

/** Many times what any trainer writes. */
const maxBytes = 2 ** 20;

/** What an epoch left as JSON; null where it left none, or nothing of this kind. */
export async function saidAfter<T>(
  folder: string,
  epoch: number,
  parse: (value: unknown) => T | null,
): Promise<T | null> {
  const path = join(folder, epochFile(epoch));
  try {
    return (await stat(path)).size <= maxBytes ? readEpochFile(await readFile(path, 'utf8'), parse) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}
