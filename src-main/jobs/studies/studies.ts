import { getVersion } from '../../db/datasets.ts';
import { getRun } from '../../db/runs.ts';
import {
  freeStudyName,
  getStudy,
  insertStudy,
  listStudies,
  listTrials,
  renameStudy,
  setStudyBudget,
  setStudyStatus,
  trialOfRun,
} from '../../db/studies.ts';
import { AtelierError, type ErrorFacts } from '../../shared/errors.ts';
import { newId, type RunId, type StudyId } from '../../shared/ids.ts';
import type { TrainResult } from '../../shared/work/train.ts';
import type { MetricPoint } from '../../shared/run.ts';
import type { Reason, StoredTrial, Study, StudyBudget, StudyRequest } from '../../shared/study.ts';
import { choicesOf } from '../../shared/tunable.ts';
import { studyChanged, studyMade, type Context, type RunWatch } from '../context.ts';
import { completeSettings } from '../train-settings.ts';
import { LiveStudy } from './live-study.ts';
import { isCrash, StudyRunner } from './runner.ts';
import { outcomeOf, trialRequest } from './trial-run.ts';

/** What more is granted to a study that goes on; trials and seconds are added to those it had. */
export interface MoreBudget {
  trials?: number;
  seconds?: number;
  /** Takes the place of what it was; null: no such end. */
  withoutBetter?: number | null;
  trialSeconds?: number | null;
  workers?: number;
}

export interface StartedStudy {
  study: StudyId;
  /** Resolves when it works no longer: finished, or paused. */
  stopped: Promise<Study>;
}

/** The studies of the workspace: those that work, and the trials of all of them, which hear of their runs here. */
export class Studies implements RunWatch {
  readonly #context: Context;
  readonly #goesOn: boolean;
  readonly #live = new Map<StudyId, LiveStudy>();
  readonly #runners = new Map<StudyId, StudyRunner>();
  #closing = false;

  /** `goesOn`: it takes up studies that waited for the next opening. */
  constructor(context: Context, goesOn: boolean) {
    this.#context = context;
    this.#goesOn = goesOn;
    context.watches.push(this);
  }

  /** After an opening. What died at work waits for a person, as its runs do; what was closed in good order goes on. */
  restore(): void {
    const { store } = this.#context;
    for (const { id, status } of listStudies(store)) {
      if (status !== 'running') continue;
      const runs = listTrials(store, id).flatMap(({ state, run }) => (state === 'running' && run ? [run] : []));
      const states = runs.map((run) => getRun(store, run).status);
      const waits = states.some((state) => state === 'queued' || state === 'paused');
      if (states.includes('interrupted') || (!this.#goesOn && !waits)) {
        store.transaction(() => setStudyStatus(store, id, 'paused', { code: 'interrupted' }));
        this.#changed(id);
      } else if (this.#goesOn) {
        setImmediate(() => !this.#closing && this.#begin(id));
      }
    }
  }

  start({ name, version: versionId, plan, budget, start, from }: StudyRequest): StartedStudy {
    const { store, architectures, chooseDevice } = this.#context;
    const version = getVersion(store, versionId);
    // What all trials have in common can be trained, or none is begun.
    const nets = plan.space.architecture ? choicesOf(plan.space.architecture) : [plan.settings.architecture as string];
    for (const net of nets) {
      const request = trialRequest(plan, { architecture: net }, version, architectures);
      completeSettings(request, architectures, version.manifest, chooseDevice);
    }
    const { device = 'auto', threads = 0 } = plan.settings as { device?: 'auto'; threads?: number };
    const chosen = chooseDevice(String(nets[0]), { device, threads });
    const shared = threads > 0 || budget.workers === 1 ? chosen.threads : this.#threadsOfEach(budget.workers);
    const id = newId('study');
    store.transaction(() => {
      insertStudy(store, {
        id,
        name: freeStudyName(store, name),
        status: 'running',
        version: versionId,
        // Threads are part of what a run repeats by.
        plan: { ...plan, settings: { ...plan.settings, threads: shared } },
        budget,
        createdAt: Date.now(),
      });
      const live = new LiveStudy(store, id);
      for (const params of start) live.enqueue(params);
      for (const known of from) takeFrom(live, getStudy(store, known), listTrials(store, known));
    });
    studyMade(this.#context, id);
    return this.#begin(id);
  }

  /** A study that was paused, cut short or finished goes on, with more of a budget where it is given. */
  resume(id: StudyId, more: MoreBudget = {}): StartedStudy {
    const { store } = this.#context;
    const study = getStudy(store, id);
    const { name, status, budget } = study;
    if (this.#runners.get(id)?.works)
      throw new AtelierError('study_works', `The study "${name}" is being worked on already.`);
    const granted = grant(study, more, this.#liveOf(id).asked);
    if (status === 'finished' && JSON.stringify(granted) === JSON.stringify(budget)) {
      throw new AtelierError(
        'study_finished',
        `The study "${name}" has finished. Give it more trials or time (atelier studies resume NAME --trials 20).`,
      );
    }
    store.transaction(() => {
      setStudyBudget(store, id, granted);
      setStudyStatus(store, id, 'running', null);
    });
    return this.#begin(id);
  }

  pause(id: StudyId, reason: Reason = { code: 'by_person' }): void {
    const { name, status } = getStudy(this.#context.store, id);
    const runner = this.#runners.get(id);
    if (!runner?.works)
      throw new AtelierError('study_not_running', `The study "${name}" is not being worked on (${status}).`);
    runner.pause(reason);
  }

  /** Ends it where it is; a budget given later lets it go on. */
  finish(id: StudyId): void {
    const { store } = this.#context;
    const reason: Reason = { code: 'stopped' };
    const runner = this.#runners.get(id);
    if (runner?.works) return runner.finish(reason);
    const { name, status } = getStudy(store, id);
    if (status === 'finished') throw new AtelierError('study_finished', `The study "${name}" has finished already.`);
    // Of what waits to go on, too, nothing is left over.
    new StudyRunner(this.#context, this.#liveOf(id), (number) => this.#changed(id, number)).finish(reason);
  }

  rename(id: StudyId, name: string): void {
    this.#context.store.transaction(() => renameStudy(this.#context.store, id, name));
    this.#changed(id);
  }

  /** Those that are being worked on. */
  get working(): StudyId[] {
    return [...this.#runners].filter(([, runner]) => runner.works).map(([id]) => id);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([...this.#runners.values()].filter(({ works }) => works).map((one) => one.close(this.#goesOn)));
  }

  began(run: RunId): void {
    this.#of(run, (_, number, runner) => runner?.began(number));
  }

  measured(run: RunId, points: readonly MetricPoint[]): void {
    this.#of(run, (live, number, runner) => {
      const { metrics } = live.study.plan;
      if (metrics.length > 1) return;
      for (const { key, epoch, value } of points) {
        if (key === metrics[0] && live.trial(number).state === 'running')
          runner?.measured(number, Math.round(epoch), value);
      }
    });
  }

  finished(run: RunId, { metrics, parameterCount, samplesPerSecond }: TrainResult): void {
    this.#of(run, (live, number) => {
      if (live.refresh(number).state !== 'running') return;
      live.tell(number, outcomeOf(live.study.plan, { metrics, parameterCount, samplesPerSecond }));
    });
  }

  ended(run: RunId, status: 'failed' | 'cancelled', error: ErrorFacts): void {
    this.#of(run, (live, number) => {
      // What dies is begun again once its end is stored, what a closing studio cancels at the next opening.
      if (live.refresh(number).state !== 'running' || this.#closing || isCrash(error.code)) return;
      const reason: Reason =
        status === 'cancelled' ? { code: 'cancelled' } : { code: 'run_failed', error: error.message };
      live.tell(number, { failed: reason });
    });
  }

  settled(run: RunId): void {
    this.#of(run, (live, number, runner) => {
      live.refresh(number);
      this.#changed(live.id, number);
      if (runner) setImmediate(() => !this.#closing && runner.ended(number));
    });
  }

  #begin(id: StudyId): StartedStudy {
    const live = this.#liveOf(id);
    const runner = new StudyRunner(this.#context, live, (number) => this.#changed(id, number));
    this.#runners.set(id, runner);
    runner.begin();
    const stopped = runner.stopped.then(() => live.study);
    void stopped.then(({ name, status, reason }) => {
      const failed = reason?.code === 'failing' || reason?.code === 'search_failed';
      // What a person ended or paused is no news to them.
      if (failed || (status === 'finished' && reason?.code !== 'stopped'))
        this.#context.events.emit({ type: 'study-ended', study: id, name, failed });
    });
    return { study: id, stopped };
  }

  #liveOf(id: StudyId): LiveStudy {
    const known = this.#live.get(id);
    if (known) return known;
    const live = new LiveStudy(this.#context.store, id);
    this.#live.set(id, live);
    return live;
  }

  /** Where the run is a trial's. */
  #of(run: RunId, act: (live: LiveStudy, number: number, runner: StudyRunner | undefined) => void): void {
    const found = trialOfRun(this.#context.store, run);
    if (found) act(this.#liveOf(found.study), found.number, this.#runners.get(found.study));
  }

  #changed(id: StudyId, number?: number): void {
    studyChanged(this.#context, id, number === undefined ? undefined : this.#liveOf(id).trial(number));
  }

  #threadsOfEach(workers: number): number {
    return Math.max(1, Math.floor(this.#context.queue.machine.cores / workers));
  }
}

/** Trials of an earlier study that had the same metrics, as far as this one's space holds them. */
function takeFrom(live: LiveStudy, { name, plan }: Study, trials: readonly StoredTrial[]): void {
  const same = JSON.stringify(plan.metrics) === JSON.stringify(live.study.plan.metrics);
  const complete = trials.filter(({ state }) => state === 'complete');
  let taken = 0;
  for (const { params, values, violations, endedAt } of same ? complete : []) {
    try {
      live.search.space.check(params);
    } catch {
      continue;
    }
    const limits = live.study.plan.limits.length;
    if ((violations?.length ?? 0) !== limits) continue;
    live.add(params, values!, violations, endedAt);
    taken++;
  }
  if (taken > 0) return;
  throw new AtelierError(
    'nothing_in_common',
    `The study "${name}" has no complete trial that this one could learn from: other metrics, other settings or other ranges.`,
  );
}

/** What ended the study is lifted where something else is granted. */
function grant({ budget, reason, worked }: Study, more: MoreBudget, asked: number): StudyBudget {
  const lifted = Object.values(more).every((each) => each === undefined) ? undefined : reason?.code;
  const { trials, seconds, workers = budget.workers } = more;
  const { withoutBetter = lifted === 'no_better' ? null : budget.withoutBetter } = more;
  const { trialSeconds = budget.trialSeconds } = more;
  return {
    trials: trials !== undefined ? asked + trials : lifted === 'trials_done' ? null : budget.trials,
    seconds: seconds !== undefined ? worked + seconds : lifted === 'time_up' ? null : budget.seconds,
    withoutBetter,
    trialSeconds,
    workers,
  };
}
