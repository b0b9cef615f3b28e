import type { Learnt } from '../../../src-main/shared/few-shot.ts';
import { labelStates, type LabellingState, type LabelOutcome } from '../../../src-main/shared/labels.ts';

const [isNew, isSuggested] = [labelStates.indexOf('new'), labelStates.indexOf('suggested')];

/** Suggestions that follow from the labels: they show in what holds, and stand nowhere yet. */
export class LearntShown {
  readonly #samples = new Set<number>();

  /** In the place of those before. */
  show(state: LabellingState, learnt: Learnt): void {
    for (const sample of this.#samples) {
      if (state.states[sample] !== isSuggested) continue;
      state.states[sample] = isNew;
      state.first[sample] = 0;
      state.confidences[sample] = NaN;
    }
    this.#samples.clear();
    learnt.samples.forEach((sample, i) => {
      if (state.states[sample] !== isNew || learnt.classes[i] === 0) return;
      state.states[sample] = isSuggested;
      state.first[sample] = learnt.classes[i];
      state.confidences[sample] = learnt.confidence[i];
      this.#samples.add(sample);
    });
  }

  /** Somebody has said something of these. */
  said(samples: LabelOutcome['samples']): void {
    for (const { sample, label } of samples) if (label.state !== 'suggested') this.#samples.delete(sample);
  }

  forget(): void {
    this.#samples.clear();
  }
}
