import { untrack } from 'svelte';
import { AtelierError, errorFacts, errorFromFacts } from '../../src-main/shared/errors.ts';

export function asError(error: unknown): AtelierError {
  return error instanceof AtelierError ? error : errorFromFacts(errorFacts(error));
}

/** Something asked of the main process: the last good value stays while a new one is on its way; late answers are dropped. */
export class Resource<T> {
  #value = $state.raw<T | null>(null);
  #error = $state.raw<AtelierError | null>(null);
  #pending = $state(0);
  #turn = 0;

  get value(): T | null {
    return this.#value;
  }
  get error(): AtelierError | null {
    return this.#error;
  }
  get pending(): boolean {
    return this.#pending > 0;
  }
  /** Nothing to show yet, and nothing went wrong. */
  get waiting(): boolean {
    return this.#value === null && this.#error === null;
  }

  async load(ask: () => Promise<T>): Promise<T | null> {
    const turn = ++this.#turn;
    // Asking is no reading: an effect that asks must not run again for it.
    untrack(() => this.#pending++);
    try {
      const value = await ask();
      if (turn !== this.#turn) return null;
      this.#value = value;
      this.#error = null;
      return value;
    } catch (error) {
      if (turn === this.#turn) this.#error = asError(error);
      return null;
    } finally {
      this.#pending--;
    }
  }

  /** Changes what is here until the next answer. One that is on its way still counts: it was asked for a reason. */
  patch(change: (value: T) => T): void {
    if (this.#value !== null) this.#value = change(this.#value);
  }

  set(value: T | null): void {
    this.#turn++;
    this.#value = value;
    this.#error = null;
  }
}
