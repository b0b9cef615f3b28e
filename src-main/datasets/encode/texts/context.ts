/** What long work on texts and sounds says while it goes on, and listens to. A job's context is nearly one. */
export interface TextWork {
  progress(done: number, total: number): void;
  /** Aborted: the work stops, and throws the signal's reason. */
  signal?: AbortSignal;
}

export const inSilence: TextWork = { progress: () => undefined };
