import { getSeries } from '../../db/curves.ts';
import { getVersion } from '../../db/datasets.ts';
import { getRun } from '../../db/runs.ts';
import { addWorked, setStudyStatus } from '../../db/studies.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { JobId, RunId } from '../../shared/ids.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import { isActive, type Job } from '../../shared/job.ts';
import type { Reason, StoredTrial, StudyStatus } from '../../shared/study.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { withRecipe } from '../../shared/tunable-recipe.ts';
import type { TrialRecord } from '../../search/trial.ts';
import type { Context } from '../context.ts';
import { knownWithRecipe, revise } from '../datasets.ts';
import { continueRun, resumeRun, startRun } from '../runs.ts';
import type { LiveStudy } from './live-study.ts';
import { outcomeOf, trialRequest } from './trial-run.ts';

/** A run whose process dies is begun so often in all. What died with the studio goes on as often as a person says so. */
const mostTries = 3;
/** So many failures one after another are no accident of a few settings. */
const mostFailures = 10;
const longestTimer = 2 ** 31 - 1;

/** Failures of a process rather than of what it was asked to train. */
export const isCrash = (code: string | undefined): boolean =>
  code === 'process_died' || code === 'process_silent' || code === 'interrupted';

/** Keeps a study going: asks for trials as there is room, until its budget is spent or somebody pauses it. */
export class StudyRunner {
  readonly live: LiveStudy;
  /** Resolves when it works no longer. */
  readonly stopped: Promise<void>;
  readonly #context: Context;
  readonly #changed: (number?: number) => void;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #timeUp: NodeJS.Timeout | undefined;
  #since = performance.now();
  #works = true;
  #failures = 0;
  /** Makes the version that the trial asked for last is to be trained on; nobody is asked meanwhile. */
  #preparing: JobId | null = null;
  #stop!: () => void;

  /** `changed`: after a trial, or the study itself, is another one in the store. */
  constructor(context: Context, live: LiveStudy, changed: (number?: number) => void) {
    this.#context = context;
    this.live = live;
    this.#changed = changed;
    this.stopped = new Promise((resolve) => (this.#stop = resolve));
  }

  get works(): boolean {
    return this.#works;
  }

  /** Takes up trials that were under way, then asks for more. */
  begin(): void {
    this.#setTimer();
    for (const number of this.live.running) this.takeUp(number);
    this.#changed();
    this.next();
  }

  /** As there is room. Only one trial waits for its turn: whoever is asked later knows more. */
  next(): void {
    while (this.#works && !this.#preparing) {
      const { budget } = this.live.study;
      const { running } = this.live;
      const over = this.#over();
      if (over && running.length === 0) return this.finish(over);
      if (over || running.length >= budget.workers || this.#oneWaits(running)) return;
      if (!this.#beginOne(running)) return;
    }
  }

  /** A trial that was asked for and has not ended: its run goes on, is begun once more, or has ended meanwhile. */
  takeUp(number: number): void {
    const { store } = this.#context;
    const { run: id, tries } = this.live.trial(number);
    if (id === null) return this.#fail(number, { code: 'lost' });
    const run = getRun(store, id);
    this.#catchUp(number, id);
    if (run.status === 'finished') {
      this.live.tell(number, outcomeOf(this.live.study.plan, run));
    } else if (isActive(run)) {
      if (run.status !== 'running') resumeRun(this.#context, id);
    } else if (run.status === 'failed' && !isCrash(run.error?.code)) {
      this.#fail(number, { code: 'run_failed', error: run.error?.message ?? '' });
    } else if (tries >= mostTries && run.status === 'failed') {
      this.#fail(number, { code: 'crashed', times: tries });
    } else {
      // What went down with the studio, or was cancelled as it closed, did not die by itself.
      if (run.status === 'failed') this.live.retry(number);
      continueRun(this.#context, id);
    }
    this.#changed(number);
  }

  /** Its run has begun to work. */
  began(number: number): void {
    const { trialSeconds } = this.live.study.budget;
    if (trialSeconds !== null) {
      clearTimeout(this.#timers.get(number));
      const hung = () => {
        if (this.#jobOf(number)?.status !== 'running') return;
        this.#fail(number, { code: 'hung', seconds: trialSeconds });
        this.#changed(number);
        // Another one is asked for once its process is gone.
        this.#cancel(number);
      };
      this.#timers.set(number, setTimeout(hung, Math.min(longestTimer, trialSeconds * 1000)));
    }
    // There may be room for another one beside it.
    setImmediate(() => this.next());
  }

  /** What an epoch has come to: perhaps enough to end the trial. */
  measured(number: number, epoch: number, value: number): void {
    if (!this.live.report(number, epoch, value)) return;
    const { prune, reason } = this.live.shouldPrune(number);
    if (prune) {
      this.live.prune(number, reason);
      this.#cancel(number);
    }
    this.#changed(number);
  }

  /** A trial has ended, or its run has without it; the store says how. */
  ended(number: number): void {
    clearTimeout(this.#timers.get(number));
    this.#timers.delete(number);
    const trial = this.live.refresh(number);
    if (trial.state === 'failed') this.#failures++;
    else if (trial.state !== 'running') this.#failures = 0;
    if (!this.#works) return;
    this.book();
    if (trial.state === 'running') this.takeUp(number);
    if (this.#failures >= mostFailures) this.pause({ code: 'failing', trials: mostFailures });
    setImmediate(() => this.next());
  }

  /** Its runs save checkpoints and wait; nothing more is asked for. */
  pause(reason: Reason): void {
    if (!this.#works) return;
    this.#leave('paused', reason);
    for (const number of this.live.running) {
      const job = this.#jobOf(number);
      if (job && isActive(job)) this.#context.queue.pause(job.id);
    }
  }

  /** What is under way ends where it is, keeping what it has reported: it has not failed, the study wants no more of it. */
  finish(reason: Reason): void {
    if (!this.#works) return;
    this.#leave('finished', reason);
    for (const number of this.live.running) {
      this.live.prune(number, reason);
      this.#cancel(number);
      this.#changed(number);
    }
  }

  /** The studio closes. `goesOn`: it is taken up again by the next opening. */
  async close(goesOn: boolean): Promise<void> {
    if (goesOn) {
      this.book();
      this.#halt();
      return;
    }
    this.pause({ code: 'closed' });
    const until = Date.now() + 2000;
    while (this.live.running.some((number) => this.#jobOf(number)?.status === 'running') && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Time worked is stored so far. */
  book(): void {
    const now = performance.now();
    const { store } = this.#context;
    store.transaction(() => addWorked(store, this.live.id, now - this.#since));
    this.#since = now;
  }

  #leave(status: StudyStatus, reason: Reason): void {
    const { store } = this.#context;
    // A trial without its version is asked for again.
    if (this.#preparing) this.live.reload();
    store.transaction(() => {
      this.book();
      setStudyStatus(store, this.live.id, status, reason);
    });
    this.#halt();
    this.#changed();
  }

  #halt(): void {
    this.#works = false;
    if (this.#preparing) {
      this.#context.queue.cancel(this.#preparing);
      this.#preparing = null;
    }
    clearTimeout(this.#timeUp);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#stop();
  }

  #setTimer(): void {
    const { budget, worked } = this.live.study;
    if (budget.seconds === null) return;
    const left = Math.max(0, budget.seconds - worked) * 1000;
    this.#timeUp = setTimeout(() => this.finish({ code: 'time_up' }), Math.min(longestTimer, left));
  }

  #over(): Reason | null {
    const { budget, worked } = this.live.study;
    const { trials, seconds, withoutBetter } = budget;
    if (trials !== null && this.live.asked >= trials) return { code: 'trials_done', trials };
    if (withoutBetter !== null && this.live.withoutBetter >= withoutBetter)
      return { code: 'no_better', trials: withoutBetter };
    if (seconds !== null && worked + (performance.now() - this.#since) / 1000 >= seconds) return { code: 'time_up' };
    return null;
  }

  #oneWaits(running: readonly number[]): boolean {
    return running.some((number) => {
      const status = this.#jobOf(number)?.status;
      return status === 'queued' || status === 'paused';
    });
  }

  /** Whether another one may be asked for at once. */
  #beginOne(running: readonly number[]): boolean {
    const { store } = this.#context;
    let record: TrialRecord | null;
    try {
      record = this.live.ask();
    } catch (error) {
      this.pause({ code: 'search_failed', error: (error as Error).message });
      return false;
    }
    if (!record) {
      if (running.length === 0) this.finish({ code: 'nothing_left' });
      return false;
    }
    const version = getVersion(store, this.live.study.version);
    const recipe = version.manifest.recipe && withRecipe(version.manifest.recipe, record.params);
    const isAsItWas = !recipe || recipe === version.manifest.recipe;
    const prepared = isAsItWas ? version : knownWithRecipe(this.#context, version, recipe);
    if (prepared) return this.#train(record, prepared, running);
    this.#prepare(record, version, recipe!);
    return false;
  }

  /** Makes the version by a job of its own, then trains on it. */
  #prepare(record: TrialRecord, version: DatasetVersion, recipe: Recipe): void {
    const trial = `${this.live.study.name} · ${record.number}`;
    const { job, result } = revise(this.#context, { version: version.id, recipe, trial });
    this.#preparing = job;
    const done = (act: () => void) => {
      if (this.#preparing !== job) return;
      this.#preparing = null;
      act();
      this.next();
    };
    result.then(
      (made) =>
        done(() => {
          const others = this.live.running.filter((each) => each !== record.number);
          this.#train(record, made, others);
        }),
      (error: unknown) => done(() => this.#refuse(record, (error as Error).message)),
    );
  }

  /** Whether another one may be asked for at once. */
  #train(record: TrialRecord, version: DatasetVersion, running: readonly number[]): boolean {
    const { architectures } = this.#context;
    const { plan, name } = this.live.study;
    const { number, params } = record;
    const taken = running.map((each) => this.live.trial(each).worker);
    let worker = 0;
    while (taken.includes(worker)) worker++;
    try {
      const request = trialRequest(plan, params, version, architectures);
      startRun(
        this.#context,
        { ...request, name: `${name} · ${number}` },
        {},
        {
          tags: [name],
          submitted: (run) => this.live.begin(record, run, worker),
        },
      );
    } catch (error) {
      if (error instanceof AtelierError && error.code === 'invalid_settings') {
        this.#refuse(record, error.message);
        return this.#works;
      }
      this.live.reload();
      this.pause({ code: 'search_failed', error: (error as Error).message });
      return false;
    }
    this.#changed(number);
    return true;
  }

  /** Settings that cannot be trained together: that is an answer too. */
  #refuse(record: TrialRecord, error: string): void {
    const { number } = record;
    this.#context.store.transaction(() => {
      this.live.begin(record, null, null);
      this.live.tell(number, { failed: { code: 'refused', error } });
    });
    this.#changed(number);
    if (++this.#failures >= mostFailures) this.pause({ code: 'failing', trials: mostFailures });
  }

  /** Epochs that its run has stored and the study has not. */
  #catchUp(number: number, run: RunId): void {
    const { metrics } = this.live.study.plan;
    if (metrics.length > 1) return;
    const [series] = getSeries(this.#context.store, run, { keys: [metrics[0]] });
    series?.epochs.forEach((epoch, i) => this.live.report(number, Math.round(epoch), series.values[i]));
  }

  #fail(number: number, reason: Reason): void {
    this.live.tell(number, { failed: reason });
  }

  #jobOf(number: number): Job | null {
    const { run }: Pick<StoredTrial, 'run'> = this.live.trial(number);
    return this.#context.queue.active.find((job) => job.run === run && run !== null && job.kind === 'train') ?? null;
  }

  #cancel(number: number): void {
    const job = this.#jobOf(number);
    if (job) this.#context.queue.cancel(job.id);
  }
}
