import type { EpochText } from '../../../src-main/shared/epoch-text.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { EpochFiles } from './epoch-files.svelte.ts';

/** What a run's language model wrote or guessed, epoch by epoch. */
export const runTexts = (through: Studio = studio): EpochFiles<EpochText> =>
  new EpochFiles({
    epochs: (id) => through.call('runs.texts', { id }),
    file: (id, epoch) => through.call('runs.text', { id, epoch }),
  });
