import { join } from 'node:path';
import { getJob, isQueueHeld, listJobs, setJobPlace, setQueueHeld } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError } from '../shared/errors.ts';
import type { JobId } from '../shared/ids.ts';
import { isActive, type AtOnce, type Job, type JobKind, type QueueMove } from '../shared/job.ts';
import type { JobTypes } from '../shared/work.ts';
import type { Events } from './events.ts';
import { QueuedJob, type Surroundings } from './queued-job.ts';
import { fits, thisMachine, type Machine } from './slots.ts';
import { withAgain } from './unfinished.ts';
import type { SpawnUtility } from './utility.ts';
import type { Started, Work } from './work.ts';

/** Jobs of one lane wait for each other; lanes go side by side. Of trainings as many work as there is room for (see `fits`). */
const lanes: Record<JobKind, string> = {
  train: 'train',
  import: 'data',
  revise: 'data',
  relink: 'data',
  leaks: 'look',
  quality: 'model',
  prelabel: 'model',
  'suggest-marks': 'model',
  evaluate: 'model',
  predict: 'model',
  generate: 'model',
  grid: 'model',
  assess: 'assess',
  similarity: 'model',
  score: 'look',
  export: 'model',
  // Beside a training neither would tell the truth.
  selftest: 'train',
  'export-data': 'model',
  'import-runs': 'data',
  'export-runs': 'model',
  provider: 'download',
  download: 'download',
  documents: 'documents',
  embed: 'model',
};

/** A training that hears of it later than this is ended where it is, and goes on from its last checkpoint. */
const parkWithinMs = 2000;

export interface QueueOptions {
  /**
   * Takes up trainings that waited before, and when it closes lets those that work wait for the next opening. Without it only what is
   * submitted here begins, and what works is cancelled by closing.
   */
  goesOn: boolean;
  atOnce: AtOnce;
  machine?: Machine;
}

/** What the queue needs of a job, whatever its kind. */
type Entry = Pick<
  QueuedJob<JobKind>,
  | 'job'
  | 'result'
  | 'needs'
  | 'begin'
  | 'cancel'
  | 'leave'
  | 'pause'
  | 'resume'
  | 'park'
  | 'place'
  | 'stopEarly'
  | 'tell'
>;

/** The queue of the workspace's one owner: what waits and what works. */
export class JobQueue {
  readonly #store: WriteStore;
  readonly #spawn: SpawnUtility;
  readonly #events: Events;
  readonly #options: QueueOptions;
  /** A Map keeps its order of insertion: first come, first served. Trainings go by their place. */
  readonly #entries = new Map<JobId, Entry>();
  /** They wait here, but are not this owner's to begin. */
  readonly #dormant = new Set<JobId>();
  #atOnce: AtOnce;
  #closing = false;

  constructor(store: WriteStore, spawn: SpawnUtility, events: Events, options: QueueOptions) {
    this.#store = store;
    this.#spawn = spawn;
    this.#events = events;
    this.#options = options;
    this.#atOnce = options.atOnce;
  }

  /** `later`: it waits for an owner that goes on with the queue. `first`: of trainings it is the next to begin. */
  submit<K extends JobKind>(work: Work<K>, { later = false, first = false } = {}): Started<JobTypes[K]['result']> {
    if (this.#closing) throw new AtelierError('closing', 'Atelier is closing and takes no new jobs.');
    const places = this.#trainings.map((entry) => entry.place);
    const free = first ? Math.min(1, ...places) - 1 : Math.max(0, ...places) + 1;
    const place = work.kind === 'train' ? free : null;
    return this.#enter(new QueuedJob(work, this.#around(), place), later && !this.#options.goesOn);
  }

  /** A training that waited when the workspace was closed, or its owner died. */
  restore(work: Work<'train'>, job: Job): void {
    this.#enter(new QueuedJob(work, this.#around(), job.place ?? 0, job), !this.#options.goesOn);
  }

  /** Ends within 2 s, whatever the job is doing. Cancelling what has ended changes nothing. */
  cancel(id: JobId): void {
    const entry = this.#entries.get(id);
    if (entry) entry.cancel();
    // Throws if there never was such a job.
    else getJob(this.#store, id);
  }

  stopEarly(id: JobId): void {
    this.#entries.get(id)?.stopEarly();
  }

  /** A training that works saves a checkpoint and leaves its process; one that waits does not begin. Others know no pause. */
  pause(id: JobId): void {
    this.#training(id).pause();
  }

  /** `later`: it still waits for an owner that goes on with the queue. */
  resume(id: JobId, { later = false, first = false } = {}): Promise<unknown> {
    const entry = this.#training(id);
    entry.resume();
    if (!later) this.#dormant.delete(id);
    if (first && entry.job.status !== 'running') this.move(id, 'front');
    this.#next();
    return entry.result;
  }

  /** Among the trainings that wait. */
  move(id: JobId, to: Exclude<QueueMove, object> | { before: JobId }): void {
    const waiting = this.#waiting;
    const from = waiting.findIndex((entry) => entry.job.id === id);
    if (from < 0) throw this.#hasBegun(id);
    const [moved] = waiting.splice(from, 1);
    waiting.splice(this.#placeOf(to, from, waiting), 0, moved);
    this.#settle(waiting);
    this.#next();
  }

  #placeOf(to: Exclude<QueueMove, object> | { before: JobId }, from: number, others: readonly Entry[]): number {
    if (typeof to === 'string') {
      return { front: 0, up: Math.max(0, from - 1), down: Math.min(others.length, from + 1), back: others.length }[to];
    }
    const at = others.findIndex((entry) => entry.job.id === to.before);
    if (at < 0) throw this.#hasBegun(to.before);
    return at;
  }

  #hasBegun(id: JobId): AtelierError {
    return new AtelierError(
      'run_begun',
      `"${this.get(id).title}" has begun and has no place in the queue any more; only trainings that wait can be put in order.`,
    );
  }

  /** Whether the trainings as a whole are paused: those that work go on, and none begins. Kept with the workspace. */
  get held(): boolean {
    return isQueueHeld(this.#store);
  }
  set held(held: boolean) {
    this.#store.transaction(() => setQueueHeld(this.#store, held));
    this.#events.emit({ type: 'changed', noun: 'queue' });
    this.#next();
  }

  get atOnce(): AtOnce {
    return this.#atOnce;
  }
  set atOnce(atOnce: AtOnce) {
    this.#atOnce = atOnce;
    this.#next();
  }

  get machine(): Machine {
    return this.#options.machine ?? thisMachine;
  }

  /** Newest first, with the progress of those that work. */
  list(): Job[] {
    const stored = listJobs(this.#store).map(
      (job) => this.#entries.get(job.id)?.job ?? withAgain(this.#store.folder, job),
    );
    const told = new Set(stored.map((job) => job.id));
    return [...stored, ...this.active.filter((job) => !told.has(job.id))];
  }

  get(id: JobId): Job {
    return this.#entries.get(id)?.job ?? withAgain(this.#store.folder, getJob(this.#store, id));
  }

  /** Those that wait or work. */
  get active(): Job[] {
    return [...this.#entries.values()].map((entry) => entry.job).filter(isActive);
  }

  /** Those that closing would put an end to, or hold up: not those that only wait for whoever goes on with the queue. */
  get own(): Job[] {
    return this.active.filter(({ id, status }) => status !== 'paused' && !this.#dormant.has(id));
  }

  /** Trainings wait for the next opening where the queue goes on; everything else is cancelled. About 2 s at most. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const entry of [...this.#entries.values()].reverse()) {
      if (entry.job.kind === 'train' && entry.job.status !== 'running') entry.leave();
      else if (entry.job.kind === 'train' && this.#options.goesOn) entry.park(parkWithinMs);
      else entry.cancel();
    }
    const until = Date.now() + 2500;
    while (this.#entries.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  logPath(id: JobId): string {
    return join(workspaceFiles.jobs(this.#store.folder), `${id}.log`);
  }

  get #trainings(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.job.kind === 'train');
  }

  get #waiting(): Entry[] {
    return this.#trainings.filter((entry) => entry.job.status !== 'running').sort((a, b) => a.place - b.place);
  }

  #training(id: JobId): Entry {
    const entry = this.#entries.get(id);
    if (entry?.job.kind === 'train') return entry;
    const { kind, status } = this.get(id);
    const why = kind === 'train' ? `it has ended (${status})` : 'only trainings can be paused';
    throw new AtelierError('cannot_pause', `The job "${id}" cannot be paused or resumed: ${why}.`);
  }

  #around(): Surroundings {
    return {
      store: this.#store,
      spawn: this.#spawn,
      logPath: ({ id }) => this.logPath(id),
      tell: (job) => this.#events.emit({ type: 'jobs', jobs: [withAgain(this.#store.folder, job)] }),
      closing: () => this.#closing,
      waits: (job) => {
        if (this.#closing) this.#entries.delete(job.id);
        // What began before all that wait is the first of them.
        else this.#next();
      },
      ended: (job) => {
        this.#entries.delete(job.id);
        this.#dormant.delete(job.id);
        this.#next();
      },
    };
  }

  #enter<K extends JobKind>(queued: QueuedJob<K>, dormant: boolean): Started<JobTypes[K]['result']> {
    this.#entries.set(queued.job.id, queued);
    if (dormant) this.#dormant.add(queued.job.id);
    queued.tell();
    this.#next();
    return { job: queued.job.id, result: queued.result };
  }

  /** Gives these, in their new order, the places that they have among them. */
  #settle(waiting: readonly Entry[]): void {
    const places = waiting.map((entry) => entry.place).sort((a, b) => a - b);
    // Of before there was an order: several have the same.
    for (let i = 1; i < places.length; i++) places[i] = Math.max(places[i], places[i - 1] + 1);
    this.#store.transaction(() => waiting.forEach(({ job }, i) => setJobPlace(this.#store, job.id, places[i])));
    waiting.forEach((entry, i) => {
      entry.place = places[i];
      entry.tell();
    });
  }

  #next(): void {
    if (this.#closing) return;
    const working = [...this.#entries.values()].filter((entry) => entry.job.status === 'running');
    const lanesTaken = new Set(working.map((entry) => lanes[entry.job.kind]));
    for (const entry of [...this.#entries.values()]) {
      const { kind, status } = entry.job;
      if (kind === 'train' || status !== 'queued' || lanesTaken.has(lanes[kind])) continue;
      lanesTaken.add(lanes[kind]);
      entry.begin();
    }
    if (this.held || [...this.#entries.values()].some(({ job }) => job.kind === 'selftest' && isActive(job))) return;
    const needs = this.#trainings.filter((entry) => entry.job.status === 'running').map((entry) => entry.needs);
    for (const entry of this.#waiting) {
      if (entry.job.status !== 'queued' || this.#dormant.has(entry.job.id)) continue;
      const room = fits(entry.needs, needs, this.#atOnce, this.machine);
      if (room === 'full') return;
      if (room === 'device') continue;
      needs.push(entry.needs);
      entry.begin();
    }
  }
}
