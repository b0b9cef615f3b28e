import type { ErrorFacts } from '../shared/errors.ts';
import type { DatasetId, JobId, RunId } from '../shared/ids.ts';
import type { JobKind, Progress } from '../shared/job.ts';
import type { FromUtility, JobTypes } from '../shared/work.ts';
import type { Next } from './in-turn.ts';
import type { Outcome } from './run-utility.ts';
import type { TrainingNeeds } from './slots.ts';

/** A job as the acts describe it. The hooks marked so run inside the transaction that stores the job's own change. */
export interface Work<K extends JobKind> {
  kind: K;
  title: string;
  params: JobTypes[K]['params'];
  /** Made by who needs to know it before. */
  id?: JobId;
  /** What was asked, as plain JSON: kept, so that the same can be asked again. */
  request?: unknown;
  dataset?: DatasetId;
  run?: RunId;
  /** Where its log goes; jobs/<id>.log when absent. */
  log?: string;
  /** In the transaction that makes it known. */
  submitted?(job: JobId): void;
  /** In the transaction that marks it running. */
  started?(now: number): void;
  message?(
    message: Extract<
      FromUtility,
      { type: 'metrics' | 'best' | 'warning' | 'staged' | 'written' | 'cells' | 'verdict' | 'document' | 'vectors' }
    >,
  ): void;
  /** Milliseconds that each of its processes may take. */
  within?: number;
  /** Where one process is not all: what comes after each. */
  next?: Next<K>;
  /** Where one process is not all: its progress, as that of the whole. */
  progress?(progress: Progress): Progress;
  /** Training: what it takes of the machine while it works. */
  needs?: TrainingNeeds;
  /** Training, which can be paused: the parameters of the process that goes on where the one before left. */
  goOn?(): JobTypes[K]['params'];
  /** In the transaction that makes it wait again, its process having left. */
  paused?(): void;
  /** After that is stored, or after it was told to wait or not to wait while it did. */
  waits?(): void;
  /** Between the utility's last word and the transaction that stores its end: time to store much, little by little. */
  drain?(outcome: Outcome<K>): Promise<void>;
  /** In the transaction that marks it finished: stores what it made. What is thrown here fails the job. */
  finished?(value: JobTypes[K]['result'], now: number): Made | void;
  /** Before that: what it took of a full disk is given back, or its failure could not be stored. Nothing of it may count. */
  failing?(error: ErrorFacts): void;
  /** In the transaction that marks it failed or cancelled. */
  ended?(status: 'failed' | 'cancelled', error: ErrorFacts, now: number): void;
  /** After the end is stored. What `finished` did counts only if this says so: a transaction may have been rolled back. */
  settled?(status: 'finished' | 'failed' | 'cancelled', error: ErrorFacts | null): void;
}

export interface Made {
  dataset?: DatasetId;
  run?: RunId;
}

/** What an act that takes long gives back at once. */
export interface Started<T> {
  job: JobId;
  /** Rejects with the job's error; code `cancelled` when it was cancelled. May be left unheard. */
  result: Promise<T>;
}

/** A failure that nobody awaits is no crash: the job's row tells it. */
export function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
