import { insertJob, setJobEnded, setJobRunning, setJobWaiting } from '../db/jobs.ts';
import type { WriteStore } from '../db/open.ts';
import { AtelierError, errorFacts, errorFromFacts, type ErrorFacts } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { Job, JobKind, Progress } from '../shared/job.ts';
import type { JobTypes } from '../shared/work.ts';
import { runInTurn } from './in-turn.ts';
import { JobLog } from './job-log.ts';
import { runUtility, type Outcome, type UtilityHooks, type UtilityRun } from './run-utility.ts';
import type { TrainingNeeds } from './slots.ts';
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
  ended(job: Job): void;
  /** Its process has left, and it waits again: the next one may begin. */
  waits(job: Job): void;
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
  #place: number;
  #params: JobTypes[K]['params'];
  /** Its process is to leave: until it is resumed, or (parked) until the next opening. */
  #leaving: 'paused' | 'parked' | null = null;
  #lastToldAt = 0;
  #progressTimer: NodeJS.Timeout | null = null;

  /** `known`: it is in the database already, and waits. */
  constructor(work: Work<K>, around: Surroundings, place: number | null = null, known?: Job) {
    this.#work = work;
    this.#around = around;
    this.#params = work.params;
    this.#place = place ?? 0;
    this.job = known ?? {
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
      place,
    };
    this.result = unheard(new Promise((resolve, reject) => ([this.#resolve, this.#reject] = [resolve, reject])));
    if (known) return;
    around.store.transaction(() => {
      // First what the job's row points at.
      work.submitted?.(this.job.id);
      insertJob(around.store, this.job, work.request);
    });
  }

  /** Where it stands among the trainings, whether it waits or works. */
  get place(): number {
    return this.#place;
  }
  set place(place: number) {
    this.#place = place;
    if (this.job.place !== null) this.job.place = place;
  }

  get needs(): TrainingNeeds {
    return this.#work.needs ?? { device: 'cpu', threads: 1, memory: null };
  }

  begin(): void {
    const { store, spawn, logPath } = this.#around;
    const { job } = this;
    const now = Date.now();
    Object.assign(job, { status: 'running', startedAt: now, place: null });
    this.#leaving = null;
    try {
      store.transaction(() => {
        setJobRunning(store, job.id, now);
        this.#work.started?.(now);
      });
      const { kind, log, within, next, progress } = this.#work;
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
        this.#params,
        next,
      );
      void this.#utility.outcome.then(async (outcome) => {
        // If this fails, so does storing the end, which tells.
        await this.#work.drain?.(outcome).catch(() => {});
        this.#end(outcome);
      });
      this.tell();
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

  /** What works leaves its process, with a checkpoint saved; what waits does not begin. Until it is resumed. */
  pause(): void {
    this.#leaving = 'paused';
    if (this.#utility) this.#utility.pause();
    else if (this.job.status === 'queued') this.#wait('paused');
  }

  /** What was to leave and has not yet left comes back at once. */
  resume(): void {
    if (this.job.status === 'paused') return this.#wait('queued');
    if (this.#leaving) this.#leaving = 'parked';
    else if (this.#utility) throw new AtelierError('run_waits', `"${this.job.title}" is being trained already.`);
  }

  /** As a pause that ends with the next opening; within so many milliseconds. */
  park(withinMs: number): void {
    this.#leaving ??= 'parked';
    this.#utility?.pause(withinMs);
  }

  /** It waits for another owner. */
  leave(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#around.ended(this.job);
    this.#reject(new AtelierError('closing', 'Atelier is closing; the training waits for the next opening.'));
  }

  /** Stored before anyone hears of it. */
  #wait(status: 'queued' | 'paused', also?: () => void): void {
    const { store } = this.#around;
    store.transaction(() => {
      also?.();
      setJobWaiting(store, this.job.id, status === 'paused');
    });
    Object.assign(this.job, { status, startedAt: null, progress: null, place: this.#place });
    this.#work.waits?.();
    this.tell();
  }

  /** Its process has left. */
  #left(): void {
    this.#utility = null;
    this.#params = this.#work.goOn?.() ?? this.#params;
    try {
      this.#wait(this.#leaving === 'paused' ? 'paused' : 'queued', () => this.#work.paused?.());
    } catch (error) {
      return this.#end({ status: 'failed', error: errorFacts(error) });
    }
    this.#around.waits(this.job);
  }

  #end(outcome: Outcome<K>): void {
    if (this.#hasEnded) return;
    if (outcome.status === 'paused') return this.#left();
    this.#hasEnded = true;
    const now = Date.now();
    let made: Made = {};
    let final: Ended<K> = outcome;
    let isStored = true;
    try {
      if (final.status === 'failed') this.#giveBack(final.error);
      made = this.#store(final, now);
    } catch (error) {
      // What it made could not be stored: the job failed, for that reason.
      final = { status: 'failed', error: outcome.status === 'failed' ? outcome.error : errorFacts(error) };
      if (outcome.status !== 'failed') this.#giveBack(final.error);
      isStored = this.#storeInTime(final, now);
    }
    const { job } = this;
    Object.assign(job, { ...made, status: final.status, finishedAt: now, progress: null, error: errorOf(final) });
    if (final.status === 'failed' && this.#work.request !== undefined) job.again = 'anew';
    if (isStored) this.#work.settled?.(final.status, job.error);
    this.tell();
    this.#around.ended(job);
    if (final.status === 'finished') this.#resolve(final.value);
    else this.#reject(errorFromFacts(errorOf(final)!));
  }

  #giveBack(error: ErrorFacts): void {
    try {
      this.#work.failing?.(error);
    } catch {
      // Then it is done with the other leftovers, at the next opening.
    }
  }

  /** How it ended and what it made, all or nothing. */
  #store(outcome: Ended<K>, now: number): Made {
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
  #storeInTime(outcome: Ended<K>, now: number): boolean {
    try {
      this.#store(outcome, now);
      return true;
    } catch {
      const again = () => {
        if (this.#around.closing() || !this.#storeInTime(outcome, now)) return;
        this.#work.settled?.(outcome.status, errorOf(outcome));
        this.tell();
      };
      setTimeout(again, storeRetryMs).unref();
      return false;
    }
  }

  /** Told at most four times a second; the last of a burst is not lost. */
  #progress(progress: Progress): void {
    this.job.progress = progress;
    const wait = this.#lastToldAt + progressEveryMs - Date.now();
    if (wait <= 0) return this.tell();
    this.#progressTimer ??= setTimeout(() => this.tell(), wait);
  }

  tell(): void {
    if (this.#progressTimer) clearTimeout(this.#progressTimer);
    this.#progressTimer = null;
    this.#lastToldAt = Date.now();
    this.#around.tell({ ...this.job });
  }
}

/** A pause is no end. */
type Ended<K extends JobKind> = Exclude<Outcome<K>, { status: 'paused' }>;

function errorOf(outcome: Ended<JobKind>): ErrorFacts | null {
  switch (outcome.status) {
    case 'finished':
      return null;
    case 'failed':
      return outcome.error;
    case 'cancelled':
      return { code: 'cancelled', message: 'Cancelled. What was stored until then is kept.', details: [] };
  }
}
