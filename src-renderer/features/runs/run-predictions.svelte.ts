import type { EpochPredictions } from '../../../src-main/shared/epoch-predictions.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { EpochFiles } from './epoch-files.svelte.ts';

/** What a run's model said of the same samples, epoch by epoch. */
export const runPredictions = (through: Studio = studio): EpochFiles<EpochPredictions> =>
  new EpochFiles({
    epochs: (id) => through.call('runs.predictionEpochs', { id }),
    file: (id, epoch) => through.call('runs.predictions', { id, epoch }),
  });
