import { AtelierError } from '../shared/errors.ts';

/** Work that people may stop before it is done, by what it is of. */
export class Stoppable {
  readonly #working = new Map<string, Set<AbortController>>();

  async run<T>(key: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const working = this.#working.get(key) ?? new Set();
    this.#working.set(key, working.add(controller));
    try {
      return await work(controller.signal);
    } finally {
      working.delete(controller);
      if (working.size === 0) this.#working.delete(key);
    }
  }

  /** What is under way ends with the error `stopped`. */
  stop(key: string): null {
    const error = new AtelierError('stopped', 'Stopped. Nothing was changed.');
    for (const controller of this.#working.get(key) ?? []) controller.abort(error);
    return null;
  }
}
