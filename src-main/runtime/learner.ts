import type { BatchBuffers } from './batches.ts';
import type { CarriedValues } from './carried.ts';

/** Means over a batch's (or a split's) samples, by the metric's name without its split: `loss`, `accuracy`. */
export type Measures = Readonly<Record<string, number>>;

/** Adds means that were taken over so many samples. */
export function addTo(sums: Record<string, number>, measures: Measures, samples: number): void {
  for (const key in measures) sums[key] = (sums[key] ?? 0) + measures[key] * samples;
}

/** What trains on so many samples at once: one or several steps. */
export interface Call {
  readonly stepsPerCall: number;
  /** Samples a step. */
  readonly batch: number;
  readonly samplesPerCall: number;
  /** To be filled before each run. */
  readonly buffers: BatchBuffers;
  /** Trains on what lies in `buffers`; `step`: the steps done before. */
  run(step: number): Promise<void>;
  /** Of the last run's step k, from 0. */
  measures(k: number): Measures;
  /** How large its gradient was and how far it moved, where the program tells; null where the step only accumulated. */
  norms(k: number): Measures | null;
}

/** What the training loop trains: one program (`Steppers`), or two in turn (`Players`). */
export interface Learner {
  readonly carried: CarriedValues;
  readonly stepsPerCall: number;
  /** The call that does the most of what is left of an epoch. */
  for(samplesLeft: number): Call;
  close(): Promise<void>;
}
