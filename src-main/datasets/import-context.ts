import type { Progress } from '../shared/job.ts';

/** What an import says while it works, and listens to. A job's context is one. */
export interface ImportContext {
  progress(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void;
  /** Aborted: the import stops within a second, removes what it wrote, and throws the signal's reason. */
  signal: AbortSignal;
}
