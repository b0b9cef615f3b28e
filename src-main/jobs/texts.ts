import { join } from 'node:path';
import { workspaceFiles } from '../db/workspace.ts';
import { epochOfFile } from '../shared/epoch-file.ts';
import { epochTextOf, type EpochText } from '../shared/epoch-text.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { epochsIn, saidAfter } from './epoch-files.ts';

/** What a run's language model made of the same text after its epochs: JSON files that its trainer leaves in its folder. */
export const textsFolder = (folder: string, run: RunId): string => join(workspaceFiles.run(folder, run), 'texts');

/** The epochs that left one, in order; none where the run leaves none. */
export const textEpochs = (folder: string, run: RunId): number[] => epochsIn(textsFolder(folder, run), epochOfFile);

/** Errors: no_such_text. */
export async function epochText(folder: string, run: RunId, epoch: number): Promise<EpochText> {
  const text = await saidAfter(textsFolder(folder, run), epoch, epochTextOf);
  if (text) return text;
  throw new AtelierError('no_such_text', `Epoch ${epoch} of this run left no text.`);
}
