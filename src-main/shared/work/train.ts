import type { Manifest } from '../dataset.ts';
import type { RunId } from '../ids.ts';
import type { TrainSettings } from '../run.ts';

export interface TrainParams {
  blobs: string;
  /** `<workspace>/runs/<run-id>`, made by the owner. The trainer writes run.jsonl, checkpoints/ and encoder.json here. */
  runFolder: string;
  run: RunId;
  manifest: Manifest;
  settings: TrainSettings;
  /** Go on from checkpoints/last, bit for bit as if never stopped (CPU, same thread count); from the beginning where there is none. */
  resume?: boolean;
  /** From this checkpoint instead, by its file's name without the ending. */
  from?: string;
  /** Its dataset version: goes into the checkpoints. */
  version?: string;
  /** Atelier's own: goes into the log and the checkpoints. */
  appVersion?: string;
}

/** Of a run that is there: at this checkpoint, by its file's name without the ending. */
export interface GradientParams extends TrainParams {
  checkpoint: string;
}

export interface TrainResult {
  metrics: Record<string, number>;
  samplesPerSecond: number;
  bestEpoch: number;
  stoppedEarly: boolean;
  parameterCount: number;
  peakMemoryBytes: number;
}
