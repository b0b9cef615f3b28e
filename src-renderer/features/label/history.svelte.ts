import type { LabellingId } from '../../../src-main/shared/ids.ts';
import type { LabelHistoryLine } from '../../../src-main/shared/labels.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';

/** What became of the sample in front. */
export class SampleHistory {
  readonly #studio: Studio;
  #lines = new Resource<{ sample: number; lines: LabelHistoryLine[] }>();

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  of(sample: number): LabelHistoryLine[] {
    return this.#lines.value?.sample === sample ? this.#lines.value.lines : [];
  }

  async load(labelling: LabellingId, sample: number): Promise<void> {
    await this.#lines.load(async () => ({
      sample,
      lines: await this.#studio.call('labels.history', { labelling, sample }),
    }));
  }
}

export const history = new SampleHistory();
