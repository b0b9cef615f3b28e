import type { Condition } from './filter.ts';
import type { VersionId } from './ids.ts';

/** What is known of a trained model by its answers to a split, and of two models by their answers to the same one. */

/** 95 %. */
export interface Interval {
  low: number;
  high: number;
}

export interface Averages {
  precision: number;
  recall: number;
  f1: number;
}

export interface CurvePoints {
  x: number[];
  y: number[];
}

export interface ReliabilityBins {
  /** Equal bins of 0 … 1. Means of an empty bin are NaN. */
  bins: { count: number; confidence: number; accuracy: number }[];
  ece: number;
}

/** Counts of what a threshold on one class's probability makes of the samples; Infinity: none counts as of the class. */
export interface Decisions {
  threshold: number;
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/** By what a threshold is chosen on validation. */
export type ThresholdGoal =
  /** The least sum of costs, of a false positive and of a false negative each. */
  | { kind: 'cost'; falsePositive: number; falseNegative: number }
  /** The most recall at a precision of at least so much … */
  | { kind: 'precision'; least: number }
  /** … and the most precision at a recall of at least so much. */
  | { kind: 'recall'; least: number }
  /** The highest F1. */
  | { kind: 'f1' };

export interface ClassReport extends Averages {
  name: string;
  support: number;
  /** One against the rest; NaN where one of both is missing. */
  auc: number;
  averagePrecision: number;
  recallInterval: Interval;
}

/** One class against the rest. */
export interface ClassCurves {
  name: string;
  roc: CurvePoints;
  precisionRecall: CurvePoints;
  /** What can be chosen by: at most `shownThresholds` thresholds of the validation split, falling; none without one. */
  validation: Decisions[];
  /** The same thresholds on the samples that are reported. */
  here: Decisions[];
}

export const shownThresholds = 500;
/** Curves are drawn of so many classes, those with the most samples. */
export const shownCurves = 20;

export interface ClassificationReport {
  kind: 'classification';
  perClass: ClassReport[];
  averages: { macro: Averages; micro: Averages; weighted: Averages };
  /** Which samples lie in each cell of the confusion matrix (see `packSamples`); cells without any are left out. */
  cells: { actual: number; predicted: number; samples: string }[];
  curves: ClassCurves[];
  calibration: ReliabilityBins;
  /** With the temperature that suits the validation split best; null where there is none. */
  scaled: (ReliabilityBins & { temperature: number; logLoss: number }) | null;
}

/** Of any number of classes a sample: each class is decided by itself, at a probability of one half. */
export interface MultiLabelReport {
  kind: 'multi-label';
  perClass: ClassReport[];
  averages: ClassificationReport['averages'];
  curves: ClassCurves[];
}

export interface RegressionReport {
  kind: 'regression';
  /** Predicted less actual. */
  residuals: { from: number; width: number; counts: number[] };
  /** Some of the samples, spread evenly over all. */
  points: { sample: number; actual: number; predicted: number }[];
  /** The largest residuals first. */
  worst: { sample: number; actual: number; predicted: number }[];
}

/** Samples that have something in common, and how the model does on them. */
export interface Slice {
  condition: Condition;
  samples: number;
  /** Classification: accuracy; multi-label: of whole samples; regression: mean absolute error. On the slice and on all other samples. */
  value: number;
  interval: Interval;
  rest: number;
  /** One-sided, that it is worse than the rest (Fisher's exact test; Welch's t): as it is, and by Holm's correction for all slices looked at. */
  p: number;
  corrected: number;
}

/** Of data that says who takes how well to what: how the samples of each on the first side are ordered. */
export interface RankingReport {
  /** The first side's column. */
  column: string;
  /** So many of its values have both samples that are liked and others; so many more have not, and do not count. */
  queries: number;
  leftOut: number;
  /** Liked is what the target says more than this of: the mean of training, or the middle of the classes. */
  above: number;
}

export interface EvaluationReport {
  /** Of metrics by their keys in `metrics`, as far as they have one. */
  intervals: Record<string, Interval>;
  /** How many times samples were drawn for them. */
  resamples: number;
  /** The answers were known from before. */
  kept: boolean;
  detail: ClassificationReport | MultiLabelReport | RegressionReport;
  ranking: RankingReport | null;
  /** Worst first. */
  slices: Slice[];
  /** Slices have at least so many samples. */
  sliceLeast: number;
}

/** How often a run's test split has been looked at, by its training at the end as well, this time included. */
export interface TestLooks {
  count: number;
  /** Milliseconds since 1970; null where never. */
  last: number | null;
}
/** In the run's folder: a line of JSON for each look. */
export const testLooksFile = ['evaluation', 'test-looks.jsonl'] as const;
/** `training`: measured at its end, which all tables and details show. */
export type TestLook = 'training' | 'evaluation' | 'comparison';

/** What such a file says. A line that was cut short still was a look. */
export function testLooksOf(text: string): TestLooks {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const times = lines.flatMap((line) => {
    try {
      const { at } = JSON.parse(line) as { at?: unknown };
      return typeof at === 'number' ? [at] : [];
    } catch {
      return [];
    }
  });
  return { count: lines.length, last: times.length > 0 ? Math.max(...times) : null };
}

/** The same samples by two runs. `first` is the run that was asked for, `second` the one it is held against. */
export interface RunComparison {
  samples: number;
  /** So many of them the second run alone has learnt from: the comparison flatters it. Null where its data are others. */
  learnt: number | null;
  /** The version that the samples are numbered by. */
  version: VersionId;
  /** Classification: right or wrong. Regression: nearer (`onlyFirst`, `onlySecond`), or equally near (`both`); `neither` is empty. */
  cells: Record<'both' | 'onlyFirst' | 'onlySecond' | 'neither', { count: number; samples: string }>;
  /** Classification only. */
  mcnemar: { exact: number; statistic: number; approximate: number } | null;
  /** By metric, the first less the second. */
  differences: Record<string, Interval & { first: number; second: number; difference: number; p: number }>;
  resamples: number;
  /** Those that differ most, in each of the cells. */
  listed: Record<'both' | 'onlyFirst' | 'onlySecond' | 'neither', ComparedSample[]>;
}

export interface ComparedSample {
  sample: number;
  /** Class names, or values. */
  actual: string | number;
  first: string | number;
  second: string | number;
  /** Classification: the probabilities of the actual class. Regression: absolute errors. */
  firstScore: number;
  secondScore: number;
}

export const listedSamples = 200;
