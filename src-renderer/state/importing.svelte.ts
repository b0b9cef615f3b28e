import type { Offered } from '../../src-main/shared/contract.ts';
import type { AtelierError } from '../../src-main/shared/errors.ts';
import type { JobId } from '../../src-main/shared/ids.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';
import { asError } from './resource.svelte.ts';

/** From a drop or a file dialog to an import job: what was offered, and what the person says about it. */
export class Importing {
  #studio: Studio;
  #offered = $state.raw<Offered | null>(null);
  #error = $state.raw<AtelierError | null>(null);
  #looking = $state(false);
  #starting = $state(false);
  /** Jobs begun here: their dataset opens when they are done. */
  #begun = new Set<JobId>();
  #turn = 0;
  name = $state('');
  /** The column to predict; null for none, undefined to have it guessed from the data. */
  target = $state<string | null | undefined>(undefined);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get offered(): Offered | null {
    return this.#offered;
  }
  get error(): AtelierError | null {
    return this.#error;
  }
  get looking(): boolean {
    return this.#looking;
  }
  get starting(): boolean {
    return this.#starting;
  }
  get open(): boolean {
    return this.#looking || this.#offered !== null || this.#error !== null;
  }
  begun(job: JobId): boolean {
    return this.#begun.has(job);
  }

  /** Remembers a job started elsewhere (the sample) whose result should open here. */
  expect(job: JobId): void {
    this.#begun.add(job);
  }

  drop(files: readonly File[]): Promise<void> {
    return this.#ask(() => this.#studio.offerDropped(files));
  }

  /** Shows the system's dialog; nothing happens when it is dismissed. */
  choose(what: 'files' | 'folder'): Promise<void> {
    return this.#ask(() => this.#studio.call('imports.choose', { what }), false);
  }

  async #ask(offer: () => Promise<Offered | null>, lookingShown = true): Promise<void> {
    const turn = ++this.#turn;
    this.#offered = null;
    this.#error = null;
    this.#looking = lookingShown;
    try {
      const offered = await offer();
      if (turn !== this.#turn) return;
      this.#offered = offered;
      this.name = offered?.offer.suggestedName ?? '';
      this.target = offered?.offer.target ?? undefined;
    } catch (error) {
      if (turn === this.#turn) this.#error = asError(error);
    } finally {
      if (turn === this.#turn) this.#looking = false;
    }
  }

  async start(): Promise<JobId | null> {
    const offered = this.#offered;
    if (!offered || this.#starting) return null;
    this.#starting = true;
    this.#error = null;
    try {
      const table = offered.offer.kind === 'table';
      const name = this.name.trim();
      const job = await this.#studio.call('imports.start', {
        offer: offered.id,
        ...(name === '' ? {} : { name }),
        ...(table && this.target !== undefined ? { target: this.target } : {}),
      });
      this.#begun.add(job);
      this.close();
      return job;
    } catch (error) {
      this.#error = asError(error);
      return null;
    } finally {
      this.#starting = false;
    }
  }

  close(): void {
    this.#turn++;
    this.#offered = null;
    this.#error = null;
    this.#looking = false;
  }
}

export const importing = new Importing();
