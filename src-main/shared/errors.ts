/** A failure that people read: `code` is stable for scripts, `message` says what happened, where, and what to do. */
export class AtelierError extends Error {
  readonly code: string;
  /** Facts worth folding out under the message: paths, row numbers, the last log lines. */
  readonly details: readonly string[];

  constructor(code: string, message: string, details: readonly string[] = []) {
    super(message);
    this.name = 'AtelierError';
    this.code = code;
    this.details = details;
  }
}

/** The form in which an error crosses a process boundary. */
export interface ErrorFacts {
  code: string;
  message: string;
  details: readonly string[];
}

export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof AtelierError) return { code: error.code, message: error.message, details: error.details };
  if (error instanceof Error) {
    const system = (error as Error & { code?: unknown }).code;
    if (system === undefined && isOutOfMemory(error.message)) return outOfMemory(error.message);
    const lost = system === undefined && lostBlob(error.message);
    if (lost) return lost;
    return {
      code: typeof system === 'string' ? system.toLowerCase() : 'internal',
      message: error.message,
      details: error.stack ? error.stack.split('\n').slice(1, 6) : [],
    };
  }
  return { code: 'internal', message: String(error), details: [] };
}

/** Whether a failure says so: JavaScript's buffers, V8 as it gives up, C++, ONNX Runtime's arenas on the processor and on CUDA. */
export const isOutOfMemory = (text: string): boolean =>
  /array buffer allocation failed|out of memory|heap limit|bad[_ ]alloc|failed to allocate memory/i.test(text);

export function outOfMemory(said: string): ErrorFacts {
  return {
    code: 'out_of_memory',
    message: `There was not enough memory (${said}). Take a smaller batch, net or piece of the data, or close other programs.`,
    details: [],
  };
}

export function blobMissing(path: string): ErrorFacts {
  return {
    code: 'blob_missing',
    message: `Stored data is missing: ${path}. Restore the workspace from a backup, or import the data again.`,
    details: [],
  };
}

/** DuckDB, which reads tables, takes a path for a pattern that nothing matches; what it says else is SQL. */
function lostBlob(said: string): ErrorFacts | null {
  const path = /No files found that match the pattern "([^"]*[\\/]blobs[\\/][^"]*)"/.exec(said)?.[1];
  return path === undefined ? null : blobMissing(path.replace(/\[(.)\]/g, '$1'));
}

export function errorFromFacts(facts: ErrorFacts): AtelierError {
  return new AtelierError(facts.code, facts.message, facts.details);
}
