import { labelStates, type LabellingState, type SampleLabel } from '../../shared/labels.ts';

const [isNew, isSuggested] = [labelStates.indexOf('new'), labelStates.indexOf('suggested')];

/**
 * What the labels themselves say of samples that nobody has looked at: suggestions that follow from them, worked out anew as they come. They stand in
 * no log, which would grow by all samples each time, and whose last edit would no longer be the person's: undo must not meet them.
 */
export class LearntLabels {
  readonly #classes: Int32Array;
  readonly #confidences: Float64Array;
  /** What a person has said no to: it is not suggested again. */
  readonly #rejected = new Map<number, Set<number>>();

  constructor(samples: number) {
    this.#classes = new Int32Array(samples);
    this.#confidences = new Float64Array(samples);
  }

  /** In the place of all before. `classes`: ids; given back are those that show, 0 where a person has said no to it. */
  replace(samples: Int32Array, classes: Int32Array, confidence: Float32Array): Int32Array {
    this.#classes.fill(0);
    samples.forEach((sample, i) => {
      if (this.#rejected.get(sample)?.has(classes[i])) return;
      this.#classes[sample] = classes[i];
      // Four digits are more than such a number is good for.
      this.#confidences[sample] = Math.round(confidence[i] * 1e4) / 1e4;
    });
    return Int32Array.from(samples, (sample) => this.#classes[sample]);
  }

  /** None any more for these; whether there were any. */
  reject(samples: readonly number[]): number[] {
    const had = samples.filter((sample) => this.#classes[sample] > 0);
    for (const sample of had) {
      this.#rejected.set(sample, (this.#rejected.get(sample) ?? new Set()).add(this.#classes[sample]));
      this.#classes[sample] = 0;
    }
    return had;
  }

  /** A label as it shows: the suggestion where nothing is said. */
  over(sample: number, label: SampleLabel): SampleLabel {
    const suggested = this.#classes[sample];
    if (label.state !== 'new' || !suggested) return label;
    return { ...label, state: 'suggested', classes: [suggested], confidence: this.#confidences[sample] };
  }

  /** Samples that are suggested a class at least so sure. */
  sure(atLeast: number): number[] {
    return [...this.#classes.keys()].filter((i) => this.#classes[i] > 0 && this.#confidences[i] >= atLeast);
  }

  put(state: LabellingState): void {
    this.#classes.forEach((suggested, sample) => {
      if (!suggested || state.states[sample] !== isNew) return;
      state.states[sample] = isSuggested;
      state.first[sample] = suggested;
      state.confidences[sample] = this.#confidences[sample];
    });
  }
}
