import { insertJob, setJobEnded, setJobRunning } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { errorFacts, errorFromFacts, type ErrorFacts } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { Job, JobKind, JobTypes, Progress } from '../shared/job.ts';
import { runInTurn } from './in-turn.ts';
import { JobLog } from './job-log.ts';
import { runUtility, type Outcome, type UtilityHooks, type UtilityRun } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';
import { unheard, type Made, type Work } from './work.ts';

const progressEveryMs = 250;
const storeRetryMs = 2000;

export interface Surroundings {
  store: WriteStore;
  spawn: SpawnUtility;
  logPath(job: Job): string;
  /** Something about it has changed. */
  tell(job: Job): void;
  /** It has ended: the next one may begin. */
  ended(): void;
  /** The studio is closing: nothing is tried again later. */
  closing(): boolean;
}

/** One job of the queue, from being known to its end. Each change is stored before anyone hears of it. */
export class QueuedJob<K extends JobKind> {
  readonly job: Job;
  readonly result: Promise<JobTypes[K]['result']>;
  readonly #work: Work<K>;
  readonly #around: Surroundings;
  #resolve!: (value: JobTypes[K]['result']) => void;
  #reject!: (error: Error) => void;
  #utility: UtilityRun<K> | null = null;
  #hasEnded = false;
  #lastToldAt = 0;
  #progressTimer: NodeJS.Timeout | null = null;

  constructor(work: Work<K>, around: Surroundings) {
    this.#work = work;
    this.#around = around;
    this.job = {
      id: work.id ?? newId('job'),
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
      again: null,
    };
    this.result = unheard(new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject])));
    around.store.transaction(() => {
      // First what the job's row points at.
      work.submitted?.(this.job.id);
      insertJob(around.store, this.job, work.request);
    });
  }

  begin(): void {
    const { store, spawn, logPath } = this.#around;
    const { job } = this;
    const now = Date.now();
    job.status = 'running';
    job.startedAt = now;
    try {
      store.transaction(() => {
        setJobRunning(store, job.id, now);
        this.#work.started?.(now);
      });
      const { kind, params, log, within, next, progress } = this.#work;
      const path = log ?? logPath(job);
      const message: UtilityHooks['message'] = (told) => {
        if (told.type === 'progress') return this.#progress(progress?.(told.progress) ?? told.progress);
        try {
          this.#work.message?.(told);
        } catch {
          // A full disk, most likely. The run's folder has it too, and storing the job's end will tell.
        }
      };
      this.#utility = runInTurn(
        // A log each, in the same file: a process's last words are its own.
        (some) =>
          runUtility(spawn(kind), { job: job.id, kind, params: some, within }, { log: new JobLog(path), message }),
        params,
        next,
      );
      void this.#utility.outcome.then(async (outcome) => {
        // If this fails, so does storing the end, which tells.
        await this.#work.drain?.().catch(() => {});
        this.#end(outcome);
      });
      this.#tell();
    } catch (error) {
      // Not at once: the queue is in the middle of starting others.
      setImmediate(() => this.#end({ status: 'failed', error: errorFacts(error) }));
    }
  }

  /** Ends within 2 s, whatever it is doing. */
  cancel(): void {
    if (this.#utility) this.#utility.cancel();
    else this.#end({ status: 'cancelled' });
  }

  /** A training that has not begun is cancelled: there is nothing to keep. */
  stopEarly(): void {
    if (this.#utility) this.#utility.stopEarly();
    else this.cancel();
  }

  #end(outcome: Outcome<K>): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const now = Date.now();
    let made: Made = {};
    let final = outcome;
    let isStored = true;
    try {
      made = this.#store(final, now);
    } catch (error) {
      // What it made could not be stored: the job failed, for that reason.
      final = { status: 'failed', error: outcome.status === 'failed' ? outcome.error : errorFacts(error) };
      isStored = this.#storeInTime(final, now);
    }
    const { job } = this;
    Object.assign(job, { ...made, status: final.status, finishedAt: now, progress: null, error: errorOf(final) });
    if (final.status === 'failed' && this.#work.request !== undefined) job.again = 'anew';
    if (isStored) this.#work.settled?.(final.status, job.error);
    this.#around.ended();
    this.#tell();
    if (final.status === 'finished') this.#resolve(final.value);
    else this.#reject(errorFromFacts(errorOf(final)!));
  }

  /** How it ended and what it made, all or nothing. */
  #store(outcome: Outcome<K>, now: number): Made {
    const { store } = this.#around;
    const { job } = this;
    return store.transaction(() => {
      let made: Made = {};
      if (outcome.status === 'finished') made = this.#work.finished?.(outcome.value, now) ?? {};
      else this.#work.ended?.(outcome.status, errorOf(outcome)!, now);
      setJobEnded(store, job.id, {
        status: outcome.status,
        error: errorOf(outcome),
        dataset: made.dataset ?? job.dataset,
        run: made.run ?? job.run,
        now,
      });
      return made;
    });
  }

  /**
   * Even a failure may not fit on a full disk: then it is tried again until it does. Should Atelier end before that,
   * the next opening finds the job running and marks it interrupted.
   */
  #storeInTime(outcome: Outcome<K>, now: number): boolean {
    try {
      this.#store(outcome, now);
      return true;
    } catch {
      const again = () => {
        if (this.#around.closing() || !this.#storeInTime(outcome, now)) return;
        this.#work.settled?.(outcome.status, errorOf(outcome));
        this.#tell();
      };
      setTimeout(again, storeRetryMs).unref();
      return false;
    }
  }

  /** Told at most four times a second; the last of a burst is not lost. */
  #progress(progress: Progress): void {
    this.job.progress = progress;
    const wait = this.#lastToldAt + progressEveryMs - Date.now();
    if (wait <= 0) return this.#tell();
    this.#progressTimer ??= setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    if (this.#progressTimer) clearTimeout(this.#progressTimer);
    this.#progressTimer = null;
    this.#lastToldAt = Date.now();
    this.#around.tell({ ...this.job });
  }
}

function errorOf(outcome: Outcome<JobKind>): ErrorFacts | null {
  switch (outcome.status) {
    case 'finished':
      return null;
    case 'failed':
      return outcome.error;
    case 'cancelled':
      return { code: 'cancelled', message: 'Cancelled. What was stored until then is kept.', details: [] };
  }
}
