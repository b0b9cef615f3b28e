import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { pictureEpoch, pictureFile } from '../shared/run.ts';
import { epochsIn } from './epoch-files.ts';

/** What a run's model made of the same samples (or the same noise) after its epochs: PNG files that its trainer leaves in its folder. */
export const picturesFolder = (folder: string, run: RunId): string => join(workspaceFiles.run(folder, run), 'pictures');

/** The epochs that left one, in order; none where the run leaves none. */
export const pictureEpochs = (folder: string, run: RunId): number[] =>
  epochsIn(picturesFolder(folder, run), pictureEpoch);

/** Many times what any trainer writes. */
const maxBytes = 32 * 2 ** 20;

/** Errors: no_such_picture. */
export async function picture(folder: string, run: RunId, epoch: number): Promise<Uint8Array> {
  const path = join(picturesFolder(folder, run), pictureFile(epoch));
  try {
    if ((await stat(path)).size <= maxBytes) return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  throw new AtelierError('no_such_picture', `Epoch ${epoch} of this run left no picture.`);
}
