import type { Tensor } from '../onnx/types.ts';
import type { MetricPoint, TrainSettings } from '../shared/run.ts';
import type { BatchBuffers } from './batches.ts';
import type { Best, Checkpoint, CheckpointOrigin, PlateauState, writeCheckpoint } from './checkpoint.ts';
import type { Collected, EvaluationResult } from './evaluate.ts';
import type { GpuReading } from './gpu-gauge.ts';
import type { Measures } from './learner.ts';
import type { Player } from './players.ts';
import type { EvaluationProgram, Samples, TrainingProgram } from './programs.ts';

/** Everything one training needs. The loop knows nothing of datasets and architectures: only graphs, samples and settings. */
export interface TrainingTask {
  /** Without a batch size the program must take any. */
  compile(options: { stepsPerCall: number; batchSize?: number; usualBatch?: number }): TrainingProgram;
  /** Trained in turn with that program, which is its generator (see `Players`). */
  discriminator?: Player;
  compileEvaluation(): EvaluationProgram;
  /** What an evaluation comes to; its loss and accuracy when left out. */
  score?: { collect: readonly Collected[]; measures(result: EvaluationResult): Measures };
  train: Samples;
  /** Before each epoch, counted from 0, and before one that is gone on with: puts what it trains on into `train`, by its number alone. */
  renew?(epoch: number): void;
  /** Changes gathered samples in place, `order[from … from+count)` of them, by the epoch and their numbers alone. */
  augment?(into: BatchBuffers, order: Uint32Array, from: number, count: number, epoch: number): void;
  /** May be empty: then the latest epoch counts as the best. */
  validation: Samples;
  /** What "best" means: the highest validation accuracy (of equals, the lowest loss), the lowest validation loss, or just the latest. */
  goal: 'accuracy' | 'loss' | 'latest';
  settings: Pick<
    TrainSettings,
    | 'epochs'
    | 'batchSize'
    | 'learningRate'
    | 'seed'
    | 'device'
    | 'threads'
    | 'patience'
    | 'keepBest'
    | 'keepEvery'
    | 'accumulate'
  >;
  /** Epochs added to a run: its patience counts from here at the earliest. */
  patientFrom?: number;
  /** The learning rate of each step, counted from 0; the settings' own throughout when left out. */
  rate?: (step: number) => number;
  /** Instead of `rate`: a learning rate that follows the validation loss, epoch by epoch. */
  plateau?: { start: PlateauState; next(state: PlateauState, loss: number): PlateauState };
  /** How busy the GPU is; null where that cannot be told. */
  gpu?: () => GpuReading | null;
  runFolder: string;
  /** Goes into its checkpoints. */
  origin?: CheckpointOrigin;
  /** For tests: how a checkpoint is written. */
  write?: typeof writeCheckpoint;
  /** Goes on from here, bit for bit as if never stopped (CPU, same thread count). */
  from?: { last: Checkpoint; best: Checkpoint | null };
  /** For tests and measurements; chosen by timing when left out. */
  stepsPerCall?: number;
}

export interface TrainingWatch {
  points(points: MetricPoint[]): void;
  progress(samplesDone: number, samplesTotal: number): void;
  best(best: Best): void;
  /** A checkpoint could not be saved, and training goes on; null: the next one could. */
  notSaved?(error: Error | null): void;
  /** After each whole epoch, with the model as it is evaluated. */
  epoch?(epoch: number, model: () => Promise<ReadonlyMap<string, Tensor>>): Promise<void>;
  /** Lets messages in; throws when the training is cancelled. */
  pause(): Promise<void>;
  stopRequested(): boolean;
  /** Asked between two calls: once true, a checkpoint is saved and the training ends as `paused`. */
  pauseRequested?(): boolean;
}

export interface TrainingOutcome {
  best: Best;
  /** Parameters and running statistics of the best checkpoint. */
  model: Map<string, Tensor>;
  stoppedEarly: boolean;
  /** While training: validation and checkpoints are not counted. */
  samplesPerSecond: number;
  stepsPerCall: number;
}
