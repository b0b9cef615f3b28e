import type { Manifest, SplitName } from '../dataset.ts';
import type { EvaluationReport, RunComparison, TestLooks } from '../evaluation.ts';
import type { VersionId } from '../ids.ts';
import type { TrainSettings } from '../run.ts';

export interface EvaluateParams {
  blobs: string;
  /** A run folder with its best checkpoint, or an exported .onnx file. */
  model: { runFolder: string; settings: TrainSettings } | { onnx: string };
  /** The manifest to evaluate on. */
  manifest: Manifest;
  split: SplitName | 'all';
  threads: number;
  /** Everything that can be said of a classifier or a regression, not its metrics alone. A run's look at its test split is then counted. */
  report?: boolean;
  /** Another run, to be held against the one in `model` on the same samples. `manifest`: what it was trained on. */
  against?: { runFolder: string; settings: TrainSettings; manifest: Manifest };
  /** The version that `manifest` is of, where it is known. */
  version?: VersionId;
}

export interface EvaluateResult {
  samples: number;
  metrics: Record<string, number>;
  /** Where it was asked for, of classifiers and regressions. */
  report?: EvaluationReport;
  comparison?: RunComparison;
  /** Of a run, where a report was asked for. */
  looks?: TestLooks;
  /** Classification: counts[actual][predicted], with the class names in order. */
  confusion: { classes: string[]; counts: number[][] } | null;
  /** Reconstruction. */
  errors: SampleErrors | null;
}

/** How well samples were given back: each one's error is the mean of the squared differences of its (normalised) values. */
export interface SampleErrors {
  /** counts[i]: how many lie from `from + i·width` on. */
  histogram: { from: number; width: number; counts: number[] };
  /** The samples least like what the model knows, worst first, by their number in the dataset version. */
  highest: { sample: number; error: number }[];
}
