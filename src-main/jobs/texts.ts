import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceFiles } from '../db/workspace.ts';
import { readEpochText, textEpoch, textFile, type EpochText } from '../shared/epoch-text.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { epochsIn } from './epoch-files.ts';

/** What a run's language model made of the same text after its epochs: JSON files that its trainer leaves in its folder. */
export const textsFolder = (folder: string, run: RunId): string => join(workspaceFiles.run(folder, run), 'texts');

/** The epochs that left one, in order; none where the run leaves none. */
export const textEpochs = (folder: string, run: RunId): number[] => epochsIn(textsFolder(folder, run), textEpoch);

/** Many times what any trainer writes. */
const maxBytes = 2 ** 20;

/** Errors: no_such_text. */
export async function epochText(folder: string, run: RunId, epoch: number): Promise<EpochText> {
  const path = join(textsFolder(folder, run), textFile(epoch));
  try {
    const text = (await stat(path)).size <= maxBytes ? readEpochText(await readFile(path, 'utf8')) : null;
    if (text) return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  throw new AtelierError('no_such_text', `Epoch ${epoch} of this run left no text.`);
}
