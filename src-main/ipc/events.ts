import type { StudioEvent } from '../shared/contract.ts';
import type { JobId } from '../shared/ids.ts';
import type { Job } from '../shared/job.ts';

/** Points in one delivery: copying more of them to the window would hold this thread, and the window's, for some milliseconds. */
const mostPoints = 1000;

/**
 * Gathers what happened and delivers it at most ten times a second, long curves in several pieces with room between them: the window's
 * cost stays bounded however fast a trainer reports. Within one delivery a job appears once (its newest state) and a changed noun once, with all its runs.
 */
export class EventBatcher {
  readonly #deliver: (events: StudioEvent[]) => void;
  readonly #interval: number;
  #jobs = new Map<JobId, Job>();
  #events: StudioEvent[] = [];
  /** On their way, in order. */
  #pieces: StudioEvent[][] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(deliver: (events: StudioEvent[]) => void, intervalMs = 100) {
    this.#deliver = deliver;
    this.#interval = intervalMs;
  }

  push(event: StudioEvent): void {
    if (event.type === 'jobs') for (const job of event.jobs) this.#jobs.set(job.id, job);
    else this.#merge(event);
    // Somebody looks at it, and may have stopped it.
    if (event.type === 'completion' && event.news.ended !== null) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), this.#interval);
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#events;
    if (this.#jobs.size > 0) events.unshift({ type: 'jobs', jobs: [...this.#jobs.values()] });
    this.#events = [];
    this.#jobs = new Map();
    const idle = this.#pieces.length === 0;
    this.#pieces.push(...inPieces(events));
    if (idle) this.#next();
  }

  #next(): void {
    const [piece] = this.#pieces;
    if (!piece) return;
    this.#deliver(piece);
    this.#pieces.shift();
    if (this.#pieces.length > 0) setImmediate(() => this.#next());
  }

  #merge(event: Exclude<StudioEvent, { type: 'jobs' }>): void {
    if (event.type === 'metrics') {
      const same = this.#events.find((other) => other.type === 'metrics' && other.run === event.run);
      if (same?.type === 'metrics') for (const point of event.points) same.points.push(point);
      else this.#events.push({ ...event, points: [...event.points] });
      return;
    }
    if (event.type === 'profile') {
      // Where it stood before does not matter any more.
      this.#events = this.#events.filter((other) => other.type !== 'profile' || other.version !== event.version);
    }
    if (event.type === 'completion' && event.news.ended === null) {
      const { completion, parts } = event.news;
      const same = this.#events.findLast(
        (other) => other.type === 'completion' && other.news.completion === completion,
      );
      if (same?.type === 'completion') same.news.parts.push(...parts);
      else this.#events.push({ ...event, news: { ...event.news, parts: [...parts] } });
      return;
    }
    if (event.type !== 'changed') {
      this.#events.push(event);
      return;
    }
    const same = this.#events.find((other) => other.type === 'changed' && other.noun === event.noun);
    if (!same) this.#events.push({ ...event });
    else if (event.noun === 'runs' && same.type === 'changed' && same.noun === 'runs') {
      // Once any run may have changed, no list of them says more.
      if (event.runs && same.runs) same.runs = [...new Set([...same.runs, ...event.runs])];
      else delete same.runs;
    }
  }
}

/** The same events in the same order, in lists of at most so many points. */
function inPieces(events: readonly StudioEvent[]): StudioEvent[][] {
  const pieces: StudioEvent[][] = [];
  let piece: StudioEvent[] = [];
  let points = 0;
  const close = () => {
    if (piece.length > 0) pieces.push(piece);
    piece = [];
    points = 0;
  };
  for (const event of events) {
    if (event.type !== 'metrics') {
      piece.push(event);
      continue;
    }
    for (let from = 0; from < event.points.length;) {
      if (points === mostPoints) close();
      const part = event.points.slice(from, from + mostPoints - points);
      piece.push({ ...event, points: part });
      points += part.length;
      from += part.length;
    }
  }
  close();
  return pieces;
}
