import { join } from 'node:path';
import { insertJob, getJob, listJobs, setJobEnded, setJobRunning } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { AtelierError, errorFacts, errorFromFacts, type ErrorFacts } from '../shared/errors.ts';
import { newId, type DatasetId, type JobId, type RunId } from '../shared/ids.ts';
import type { FromUtility, Job, JobKind, JobTypes, Progress } from '../shared/job.ts';
import type { Events } from './events.ts';
import { JobLog } from './job-log.ts';
import { runUtility, type Outcome, type UtilityRun } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';

/** Jobs of one lane wait for each other; lanes go side by side. A training takes every core it is given, so one at a time. */
const lanes: Record<JobKind, { name: string; atOnce: number }> = {
  train: { name: 'train', atOnce: 1 },
  import: { name: 'data', atOnce: 1 },
  revise: { name: 'data', atOnce: 1 },
  evaluate: { name: 'model', atOnce: 1 },
  predict: { name: 'model', atOnce: 1 },
  export: { name: 'model', atOnce: 1 },
};
const progressEveryMs = 250;
const storeRetryMs = 2000;

/** A job as the acts describe it. The hooks marked so run inside the transaction that stores the job's own change. */
export interface Work<K extends JobKind> {
  kind: K;
  title: string;
  params: JobTypes[K]['params'];
  dataset?: DatasetId;
  run?: RunId;
  /** Where its log goes; jobs/<id>.log when absent. */
  log?: string;
  /** In the transaction that makes it known. */
  submitted?(job: JobId): void;
  /** In the transaction that marks it running. */
  started?(now: number): void;
  message?(message: Extract<FromUtility, { type: 'metrics' | 'best' }>): void;
  /** Between the utility's last word and the transaction that stores its end: time to store much, little by little. */
  drain?(): Promise<void>;
  /** In the transaction that marks it finished: stores what it made. What is thrown here fails the job. */
  finished?(value: JobTypes[K]['result'], now: number): { dataset?: DatasetId; run?: RunId } | void;
  /** In the transaction that marks it failed or cancelled. */
  ended?(status: 'failed' | 'cancelled', error: ErrorFacts, now: number): void;
  /** After any end, once stored. */
  settled?(): void;
}

export interface Submitted<K extends JobKind> {
  job: JobId;
  /** Rejects with the job's error; code `cancelled` when it was cancelled. May be left unheard. */
  result: Promise<JobTypes[K]['result']>;
}

/** A failure that nobody awaits is no crash: the job's row tells it. */
export function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

interface Entry {
  job: Job;
  lane: string;
  atOnce: number;
  begin(): void;
  run: Pick<UtilityRun<JobKind>, 'cancel' | 'stopEarly' | 'pid' | 'outcome'> | null;
  cancelQueued(): void;
  lastProgressAt: number;
  progressTimer: NodeJS.Timeout | null;
}

/** The queue of the workspace's one owner: what waits, what works, and how each ended. */
export class JobQueue {
  readonly #store: WriteStore;
  readonly #spawn: SpawnUtility;
  readonly #events: Events;
  readonly #entries = new Map<JobId, Entry>();
  #closing = false;

  constructor(store: WriteStore, spawn: SpawnUtility, events: Events) {
    this.#store = store;
    this.#spawn = spawn;
    this.#events = events;
  }

  submit<K extends JobKind>(work: Work<K>): Submitted<K> {
    if (this.#closing) throw new AtelierError('closing', 'Atelier is closing and takes no new jobs.');
    const job: Job = {
      id: newId('job'),
      kind: work.kind,
      title: work.title,
      status: 'queued',
      createdAt: Date.now(),
      startedAt: null,
      finishedAt: null,
      progress: null,
      error: null,
      dataset: work.dataset ?? null,
      run: work.run ?? null,
    };
    this.#store.transaction(() => {
      // First what the job's row points at.
      work.submitted?.(job.id);
      insertJob(this.#store, job);
    });

    let resolve!: (value: JobTypes[K]['result']) => void;
    let reject!: (error: Error) => void;
    const result = new Promise<JobTypes[K]['result']>((yes, no) => ([resolve, reject] = [yes, no]));
    const settle = (outcome: Outcome<K>) => {
      this.#end(entry, work, outcome, (stored) => {
        if (stored.status === 'finished') resolve(stored.value);
        else reject(stored.status === 'failed' ? errorFromFacts(stored.error) : errorFromFacts(cancelled));
      });
    };
    const { name, atOnce } = lanes[work.kind];
    const entry: Entry = {
      job,
      lane: name,
      atOnce,
      run: null,
      lastProgressAt: 0,
      progressTimer: null,
      begin: () => this.#begin(entry, work, settle),
      cancelQueued: () => settle({ status: 'cancelled' }),
    };
    this.#entries.set(job.id, entry);
    this.#tell(entry);
    this.#next();
    return { job: job.id, result: unheard(result) };
  }

  /** Ends within 2 s, whatever the job is doing. Cancelling what has ended changes nothing. */
  cancel(id: JobId): void {
    const entry = this.#entries.get(id);
    if (!entry) return void getJob(this.#store, id);
    if (entry.run) entry.run.cancel();
    else entry.cancelQueued();
  }

  /** A training that has not begun is cancelled: there is nothing to keep. */
  stopEarly(id: JobId): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    if (entry.run) entry.run.stopEarly();
    else entry.cancelQueued();
  }

  /** Newest first, with the progress of those that work. */
  list(): Job[] {
    return listJobs(this.#store).map((job) => this.#entries.get(job.id)?.job ?? job);
  }

  get(id: JobId): Job {
    return this.#entries.get(id)?.job ?? getJob(this.#store, id);
  }

  get active(): Job[] {
    return [...this.#entries.values()].map((entry) => entry.job);
  }

  /** Cancels everything and waits for it: at most 2 s. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const id of [...this.#entries.keys()].reverse()) this.cancel(id);
    const until = Date.now() + 2500;
    while (this.#entries.size > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  logPath(id: JobId): string {
    return join(workspaceFiles.jobs(this.#store.folder), `${id}.log`);
  }

  #next(): void {
    const working = new Map<string, number>();
    for (const entry of this.#entries.values()) {
      if (entry.job.status === 'running') working.set(entry.lane, (working.get(entry.lane) ?? 0) + 1);
    }
    // A Map keeps its order of insertion: first come, first served.
    for (const entry of [...this.#entries.values()]) {
      const count = working.get(entry.lane) ?? 0;
      if (entry.job.status !== 'queued' || count >= entry.atOnce) continue;
      working.set(entry.lane, count + 1);
      entry.begin();
    }
  }

  #begin<K extends JobKind>(entry: Entry, work: Work<K>, settle: (outcome: Outcome<K>) => void): void {
    const now = Date.now();
    try {
      this.#store.transaction(() => {
        setJobRunning(this.#store, entry.job.id, now);
        work.started?.(now);
      });
      Object.assign(entry.job, { status: 'running', startedAt: now });
      const run = runUtility(
        this.#spawn(work.kind),
        { job: entry.job.id, kind: work.kind, params: work.params },
        {
          log: new JobLog(work.log ?? this.logPath(entry.job.id)),
          message: (message) => {
            if (message.type === 'progress') this.#progress(entry, message.progress);
            else work.message?.(message);
          },
        },
      );
      entry.run = run;
      void run.outcome.then(async (outcome) => {
        // If it fails, so does storing the end, which tells.
        await work.drain?.().catch(() => {});
        settle(outcome);
      });
      this.#tell(entry);
    } catch (error) {
      // Not at once: #next is still going through the entries.
      setImmediate(() => settle({ status: 'failed', error: errorFacts(error) }));
      entry.job.status = 'running';
    }
  }

  /** Stores how a job ended and what it made, in one transaction; only then does anyone hear of it. */
  #end<K extends JobKind>(entry: Entry, work: Work<K>, outcome: Outcome<K>, done: (stored: Outcome<K>) => void): void {
    const { job } = entry;
    if (entry.progressTimer) clearTimeout(entry.progressTimer);
    const now = Date.now();
    let made: { dataset?: DatasetId; run?: RunId } = {};
    let stored = outcome;
    const store = () =>
      this.#store.transaction(() => {
        if (stored.status === 'finished') made = work.finished?.(stored.value, now) ?? {};
        else work.ended?.(stored.status, stored.status === 'failed' ? stored.error : cancelled, now);
        setJobEnded(this.#store, job.id, {
          status: stored.status,
          error: stored.status === 'failed' ? stored.error : stored.status === 'cancelled' ? cancelled : null,
          dataset: made.dataset ?? job.dataset,
          run: made.run ?? job.run,
          now,
        });
      });
    let isStored = true;
    try {
      store();
    } catch (error) {
      // What it made could not be stored: the job failed, for that reason.
      stored = { status: 'failed', error: outcome.status === 'failed' ? outcome.error : errorFacts(error) };
      made = {};
      isStored = this.#storeInTime(store, () => {
        work.settled?.();
        this.#tell(entry);
      });
    }
    Object.assign(job, {
      status: stored.status,
      finishedAt: now,
      progress: null,
      error: stored.status === 'failed' ? stored.error : stored.status === 'cancelled' ? cancelled : null,
      dataset: made.dataset ?? job.dataset,
      run: made.run ?? job.run,
    });
    this.#entries.delete(job.id);
    if (isStored) work.settled?.();
    this.#tell(entry);
    done(stored);
    this.#next();
  }

  /**
   * Even a failure may not fit on a full disk: then it is tried again until it does. Should Atelier end before that,
   * the next opening finds the job running and marks it interrupted.
   */
  #storeInTime(store: () => void, later: () => void): boolean {
    try {
      store();
      return true;
    } catch {
      if (this.#closing) return false;
      setTimeout(() => {
        if (this.#storeInTime(store, later)) later();
      }, storeRetryMs).unref();
      return false;
    }
  }

  /** At most four a second per job; the last one of a burst is not lost. */
  #progress(entry: Entry, progress: Progress): void {
    entry.job.progress = progress;
    const wait = entry.lastProgressAt + progressEveryMs - Date.now();
    if (wait <= 0) return this.#tell(entry);
    entry.progressTimer ??= setTimeout(() => {
      entry.progressTimer = null;
      this.#tell(entry);
    }, wait);
  }

  #tell(entry: Entry): void {
    entry.lastProgressAt = Date.now();
    this.#events.emit({ type: 'jobs', jobs: [{ ...entry.job }] });
  }
}

const cancelled: ErrorFacts = {
  code: 'cancelled',
  message: 'Cancelled. What was stored until then is kept.',
  details: [],
};
