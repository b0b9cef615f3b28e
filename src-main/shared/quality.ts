import type { SplitName } from './dataset.ts';

/** What a trained run says of the samples it was trained and tested on. */

/** One sample that a list names. */
export interface JudgedSample {
  /** Its number in the version. */
  sample: number;
  split: SplitName;
  /** The class it is labelled with, and the one that the model finds likeliest (label errors: that it more likely is). */
  label: string;
  predicted: string;
  /** The model's probability of its label. */
  probability: number;
  /** Label errors: how probable it is that the label is wrong, by all that is known of it. */
  wrong?: number;
  /** The run learnt from this very sample: its probability flatters the label. */
  inSample: boolean;
}

export interface QualityReport {
  /**
   * Where the probabilities come from: `held`, the run's validation and test splits alone; `all`, its training split too (in-sample);
   * `folds`, for each sample the run that had it in its test fold.
   */
  basis: 'held' | 'all' | 'folds';
  /** Of a dataset in folds: of how many folds there is a run with these settings. */
  folds: { covered: number; of: number } | null;
  /** Samples judged, and how many of them the run learnt from. */
  samples: number;
  inSample: number;
  /** The share of them whose label is the likeliest class: a run that is often wrong says little of labels. */
  accuracy: number;
  /** Labels that are most likely wrong by the model and the samples most like them, the most likely wrong first; the first `shownErrors`. */
  labelErrors: { count: number; samples: JudgedSample[] };
  /** The share of wrong labels that is estimated, whether or not each can be named. */
  noise: number;
  /** Right or wrong by a hair, or wrong for sure: lowest margin between the label and the best other class first. */
  hard: { count: number; samples: JudgedSample[] };
  /** Pairs of classes that are taken for each other, most often first. */
  ambiguous: { classes: [string, string]; count: number; share: number; samples: JudgedSample[] }[];
  /** Samples unlike all others, farthest first; null where the inputs have no distance (texts). */
  outliers: { count: number; samples: (JudgedSample & { distance: number })[] } | null;
}

/** Labels are mended one by one: so all of them are listed, but of huge sets. */
export const shownErrors = 10_000;
export const shownSamples = 500;
/** Of each pair of classes. */
export const shownOfPair = 100;
