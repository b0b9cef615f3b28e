import type { ErrorFacts } from './errors.ts';
import type { DatasetId, JobId, RunId } from './ids.ts';

/** Long work as people see it: its states and its queue. */

export type JobKind =
  | 'import'
  | 'revise'
  | 'relink'
  | 'leaks'
  | 'quality'
  | 'prelabel'
  | 'suggest-marks'
  | 'train'
  | 'evaluate'
  | 'predict'
  | 'generate'
  | 'grid'
  | 'assess'
  | 'similarity'
  | 'score'
  | 'export'
  | 'export-data'
  | 'import-runs'
  | 'export-runs'
  | 'selftest'
  | 'provider'
  | 'download'
  | 'documents'
  | 'embed';

/** `paused`: a training that waits and does not begin until it is resumed. */
export type JobStatus = 'queued' | 'paused' | 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  id: JobId;
  kind: JobKind;
  /** What it works on, for people: a file name, a run's name. */
  title: string;
  status: JobStatus;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  progress: Progress | null;
  error: ErrorFacts | null;
  /** What it made: the dataset or run to open when done. */
  dataset: DatasetId | null;
  run: RunId | null;
  /** Whether it can be done again as it was asked for, having failed or been cut short. `goes-on`: from where it was. */
  again: 'anew' | 'goes-on' | null;
  /** Of a training that waits: where it stands among them, the least first. Else null. */
  place: number | null;
}

/** A job that has not ended: it waits, is paused, or works. */
export const isActive = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'queued' || status === 'paused' || status === 'running';

/** Where a waiting training is moved to among those that wait. */
export const queueMoves = ['front', 'up', 'down', 'back'] as const;

export type QueueMove = (typeof queueMoves)[number] | { before: RunId };

/** How many trainings go side by side: as many as processor, memory and devices have room for, or so many. */
export type AtOnce = 'auto' | number;

export interface QueueState {
  /** No training begins. */
  held: boolean;
  atOnce: AtOnce;
}

export interface Progress {
  done: number;
  /** 0 while unknown. */
  total: number;
  /** Of `done`, `total` and `rate`: samples, rows, files, bytes, answers. */
  unit: 'samples' | 'rows' | 'files' | 'bytes' | 'steps' | 'answers' | 'passages';
  /** Units a second over the last seconds; 0 while unknown. */
  rate: number;
  /** Seconds, null while unknown. */
  remaining: number | null;
  /** A stable word for the stage, translated by the window: reading, decoding, writing, training, evaluating, checking … */
  stage: string;
}
