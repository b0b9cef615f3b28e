import type { StudioEvent } from '../shared/contract.ts';

type Listener = (event: StudioEvent) => void;

/** What the store and the queue tell whoever watches: the window, the command line's progress. */
export class Events {
  readonly #listeners = new Set<Listener>();

  /** Returns the function that stops listening. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: StudioEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
