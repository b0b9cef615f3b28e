import type { Manifest, SplitName } from '../dataset.ts';
import type { LeakQuestion } from '../leaks.ts';
import type { QualityReport } from '../quality.ts';
import type { TrainSettings } from '../run.ts';

export interface LeakParams {
  blobs: string;
  manifest: Manifest;
  question: LeakQuestion;
}

/** Predictions of any model in a file (COCO's results) or a folder (label maps), by what is marked in a version; of one split, or of all. */
export interface ScoreParams {
  blobs: string;
  manifest: Manifest;
  path: string;
  split: SplitName | null;
}

/** By which runs which samples are judged. */
export interface QualityParams {
  blobs: string;
  basis: QualityReport['basis'];
  folds: QualityReport['folds'];
  /** Each judges these splits of the version it was trained on. All versions have the same samples. */
  runs: { runFolder: string; settings: TrainSettings; manifest: Manifest; splits: SplitName[] }[];
  threads: number;
}
