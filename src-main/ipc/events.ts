import type { StudioEvent } from '../shared/contract.ts';
import type { JobId } from '../shared/ids.ts';
import type { Job } from '../shared/job.ts';

/**
 * Gathers what happened and delivers it at most ten times a second: the window's cost stays bounded however fast a
 * trainer reports. Within one delivery a job appears once (its newest state) and a changed noun once.
 */
export class EventBatcher {
  readonly #deliver: (events: StudioEvent[]) => void;
  readonly #interval: number;
  #jobs = new Map<JobId, Job>();
  #events: StudioEvent[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(deliver: (events: StudioEvent[]) => void, intervalMs = 100) {
    this.#deliver = deliver;
    this.#interval = intervalMs;
  }

  push(event: StudioEvent): void {
    if (event.type === 'jobs') for (const job of event.jobs) this.#jobs.set(job.id, job);
    else this.#merge(event);
    this.#timer ??= setTimeout(() => this.flush(), this.#interval);
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#events;
    if (this.#jobs.size > 0) events.unshift({ type: 'jobs', jobs: [...this.#jobs.values()] });
    this.#events = [];
    this.#jobs = new Map();
    if (events.length > 0) this.#deliver(events);
  }

  #merge(event: Exclude<StudioEvent, { type: 'jobs' }>): void {
    if (event.type === 'metrics') {
      const same = this.#events.find((other) => other.type === 'metrics' && other.run === event.run);
      if (same?.type === 'metrics') same.points = [...same.points, ...event.points];
      else this.#events.push({ ...event });
      return;
    }
    if (event.type === 'changed' && this.#events.some((other) => other.type === 'changed' && other.noun === event.noun))
      return;
    this.#events.push(event);
  }
}
