import { readdirSync } from 'node:fs';

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
