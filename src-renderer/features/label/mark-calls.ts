import type { LabelOutcome } from '../../../src-main/shared/labels.ts';
import type { Studio } from '../../bridge/studio.ts';
import type { MarkCalls } from './marks.svelte.ts';

/** Through the bridge. `heard`: what an edit has made of the sample besides its marks. */
export function markCalls(studio: Studio, heard: (outcome: LabelOutcome) => void): MarkCalls {
  return {
    marks: (labelling, samples) => studio.call('labels.marks', { labelling, samples }),
    mark: async (labelling, samples) => {
      const outcome = await studio.call('labels.mark', { labelling, samples });
      heard({ ...outcome, marks: [] });
      return outcome.marks;
    },
  };
}
