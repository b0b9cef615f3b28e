import type { WorkKind } from '../shared/work.ts';

/**
 * Entry files that do the work in processes of their own: one per kind of job, the reader, which answers questions, the writer, which keeps a
 * language model open, the one that does so with the encoder of questions to documents, the one that asks models elsewhere, the one that runs
 * people's own objectives, and the one that looks through the database.
 */
export type UtilityKind = WorkKind | 'reader' | 'objective' | 'writer' | 'encoder' | 'remote' | 'integrity';

/** A started utility process, whatever started it (Electron or Node). Messages keep NaN and typed arrays. */
export interface UtilityHandle {
  /** Undefined until it is up. */
  readonly pid: number | undefined;
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** What it writes to stdout and stderr. */
  onOutput(listener: (text: string) => void): void;
  /** Once, after the last message and output. */
  onExit(listener: (exit: UtilityExit) => void): void;
  /** At once and for certain: native code may be blocking the thread that would hear anything gentler. */
  kill(): void;
}

export interface UtilityExit {
  code: number | null;
  /** Null where the system does not tell. */
  signal: string | null;
  /** It could not even be started. */
  error?: Error;
}

export type SpawnUtility = (kind: UtilityKind) => UtilityHandle;

/** Where each entry file lies. */
export type UtilityPath = (kind: UtilityKind) => string;
