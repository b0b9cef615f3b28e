import type { QueueMove, QueueState } from '../../src-main/shared/job.ts';
import type { RunId } from '../../src-main/shared/ids.ts';
import { studio } from '../bridge/studio.ts';
import type { Studio } from '../bridge/studio.ts';

/** The trainings' queue as a whole; which trainings wait in it is told by their jobs. */
export class Queue {
  #studio: Studio;
  #state = $state.raw<QueueState>({ held: false, atOnce: 'auto' });

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  /** Paused: what works goes on, and no training begins. */
  get held(): boolean {
    return this.#state.held;
  }

  async load(): Promise<void> {
    this.#state = await this.#studio.call('queue.get');
  }

  async hold(held: boolean): Promise<void> {
    await this.#studio.call('queue.hold', { held });
    this.#state = { ...this.#state, held };
  }

  async move(run: RunId, to: QueueMove): Promise<void> {
    await this.#studio.call('runs.move', { id: run, to });
  }
  async pause(run: RunId): Promise<void> {
    await this.#studio.call('runs.pause', { id: run });
  }
  async resume(run: RunId): Promise<void> {
    await this.#studio.call('runs.resume', { id: run });
  }
  /** Queues what failed or was cut short; how many. */
  async resumeFailed(): Promise<number> {
    return this.#studio.call('runs.resumeFailed');
  }
}

export const queue = new Queue();
