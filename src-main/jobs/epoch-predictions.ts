import { join } from 'node:path';
import { workspaceFiles } from '../db/workspace.ts';
import { epochOfFile } from '../shared/epoch-file.ts';
import { epochPredictionsOf, type EpochPredictions } from '../shared/epoch-predictions.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { epochsIn, saidAfter } from './epoch-files.ts';

/** What a run's model said of the same samples after its epochs: JSON files that its trainer leaves in its folder. */
export const predictionsFolder = (folder: string, run: RunId): string =>
  join(workspaceFiles.run(folder, run), 'predictions');

/** The epochs that left one, in order; none where the run leaves none. */
export const predictionEpochs = (folder: string, run: RunId): number[] =>
  epochsIn(predictionsFolder(folder, run), epochOfFile);

/** Errors: no_such_predictions. */
export async function epochPredictions(folder: string, run: RunId, epoch: number): Promise<EpochPredictions> {
  const said = await saidAfter(predictionsFolder(folder, run), epoch, epochPredictionsOf);
  if (said) return said;
  throw new AtelierError('no_such_predictions', `Epoch ${epoch} of this run left no predictions.`);
}
