import type { SpawnUtility, UtilityHandle } from '../jobs/utility.ts';
import { Stagnation } from '../search/best.ts';
import type { Outcome, Study } from '../search/study.ts';
import type { Reason, TrialRecord } from '../search/trial.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import type { FromObjective, ToObjective } from '../shared/objective.ts';
import type { StudyBudget } from '../shared/study.ts';

export interface TuneHooks {
  readonly spawn: SpawnUtility;
  /** A trial is about to begin. */
  readonly began: (trial: TrialRecord) => void;
  /** A trial has ended. */
  readonly ended: (trial: TrialRecord, seconds: number) => void;
  /** What objectives print. */
  readonly output: (text: string) => void;
}

const milliseconds = (seconds: number): number => Math.min(seconds * 1000, 2 ** 31 - 1);

/** A pruned trial has so long to come back by itself. */
const GRACE = 3000;
/** A trial whose process dies is begun so often in all. */
const mostTries = 3;

/** Runs a study's trials in processes of their own, several at once: what crashes or hangs costs its own trial only. */
export class TuneWorkers {
  readonly #study: Study;
  readonly #module: string;
  readonly #budget: StudyBudget;
  readonly #hooks: TuneHooks;
  readonly #busy = new Set<Worker>();
  /** Asked for and not ended: cut short with an earlier process, or begun again since their own died. */
  readonly #again: number[];
  readonly #tries = new Map<number, number>();
  #asked: number;
  readonly #stagnation = new Stagnation();
  /** One after another. */
  #killedLoading = 0;
  #stopped = false;
  #finish: () => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(study: Study, module: string, budget: StudyBudget, hooks: TuneHooks) {
    this.#study = study;
    this.#module = module;
    this.#budget = budget;
    this.#hooks = {
      ...hooks,
      ended: (trial, seconds) => {
        this.#stagnation.told(study.history, trial);
        hooks.ended(trial, seconds);
      },
    };
    for (const trial of study.trials) this.#stagnation.told(study.history, trial);
    // Settings that were given and nobody has tried yet are no trials so far.
    this.#asked = study.trials.length - study.history.counts.waiting;
    this.#again = study.history.running.map(({ number }) => number);
  }

  /** Until the budget is spent or nothing is left to try. Throws where the module cannot be used at all. */
  async run(): Promise<void> {
    const { seconds, workers, trials } = this.#budget;
    const timer = seconds === null ? undefined : setTimeout(() => this.stop('time_up'), milliseconds(seconds));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#finish = resolve;
        this.#fail = reject;
        const left = this.#spent ? this.#again.length : (trials ?? Infinity) - this.#asked + this.#again.length;
        for (let i = 0; i < Math.min(workers, left); i++) this.#start();
        if (left === 0) resolve();
      });
    } finally {
      clearTimeout(timer);
      this.#stopped = true;
      for (const worker of this.#busy) worker.kill();
    }
  }

  /** Ends at once; what runs is marked as failed for that reason. */
  stop(code: string): void {
    this.#stopped = true;
    for (const worker of [...this.#busy]) worker.abandon({ code });
    this.#finish();
  }

  /** Whether nothing more is to be asked for. */
  get #spent(): boolean {
    const { trials, withoutBetter } = this.#budget;
    return this.#asked >= (trials ?? Infinity) || this.#stagnation.since >= (withoutBetter ?? Infinity);
  }

  #start(): void {
    const worker = new Worker(this.#study, this.#module, this.#budget.trialSeconds, this.#hooks, {
      idle: () => {
        this.#killedLoading = 0;
        this.#next(worker);
      },
      killedLoading: () => ++this.#killedLoading < mostTries,
      died: (number) => {
        const tries = (this.#tries.get(number) ?? 1) + 1;
        this.#tries.set(number, tries);
        if (tries > mostTries || this.#stopped) return false;
        this.#again.push(number);
        return true;
      },
      gone: () => {
        this.#busy.delete(worker);
        if (!this.#stopped && (this.#again.length > 0 || !this.#spent)) this.#start();
        else if (this.#busy.size === 0) this.#finish();
      },
      unusable: (error) => this.#fail(error),
    });
    this.#busy.add(worker);
  }

  #next(worker: Worker): void {
    try {
      const again = this.#stopped ? undefined : this.#again.shift();
      if (again !== undefined) return worker.begin(this.#study.trials[again]);
      const trial = this.#stopped || this.#spent ? null : this.#study.ask();
      if (trial) {
        this.#asked++;
        this.#hooks.began(trial);
        return worker.begin(trial);
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#busy.delete(worker);
    worker.kill();
    if (this.#busy.size === 0) this.#finish();
  }
}

interface Events {
  readonly idle: () => void;
  /** Its process has died under a trial; whether that one is begun again. */
  readonly died: (trial: number) => boolean;
  /** It was killed before it could begin, which need not be the module's fault; whether another one is to be tried. */
  readonly killedLoading: () => boolean;
  /** The process has ended, by itself or killed. */
  readonly gone: () => void;
  readonly unusable: (error: AtelierError) => void;
}

/** One process and the trial that it runs. */
class Worker {
  readonly #study: Study;
  readonly #hooks: TuneHooks;
  readonly #events: Events;
  readonly #process: UtilityHandle;
  readonly #longest: number | null;
  #trial: number | null = null;
  #again = false;
  #since = 0;
  #loaded = false;
  #killed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(study: Study, module: string, longest: number | null, hooks: TuneHooks, events: Events) {
    this.#study = study;
    this.#hooks = hooks;
    this.#events = events;
    this.#longest = longest;
    this.#process = hooks.spawn('objective');
    this.#process.onMessage((message) => this.#hear(message as FromObjective));
    this.#process.onOutput(hooks.output);
    this.#process.onExit(({ code, signal, error }) => {
      clearTimeout(this.#timer);
      if (this.#killed) return;
      if (!this.#loaded) {
        if (signal && events.killedLoading()) return events.gone();
        const how = error?.message ?? (signal ? `signal ${signal}` : `exit code ${code}`);
        events.unusable(new AtelierError('invalid_objective', `The process that loads ${module} ended (${how}).`));
        return;
      }
      if (this.#trial === null || !events.died(this.#trial)) {
        this.#end({ failed: { code: 'crashed', exit: code, signal } });
      }
      events.gone();
    });
    this.#post({ type: 'load', module });
  }

  begin({ number, params, reports }: TrialRecord): void {
    this.#trial = number;
    this.#again = reports.length > 0;
    this.#since = performance.now();
    if (this.#longest !== null) {
      const seconds = this.#longest;
      this.#timer = setTimeout(() => this.#giveUp({ code: 'hung', seconds }), milliseconds(seconds));
    }
    this.#post({ type: 'run', params });
  }

  abandon(reason: Reason): void {
    this.#end({ failed: reason });
    this.kill();
  }

  kill(): void {
    this.#killed = true;
    clearTimeout(this.#timer);
    this.#process.kill();
  }

  #post(message: ToObjective): void {
    this.#process.post(message);
  }

  #giveUp(reason: Reason): void {
    this.abandon(reason);
    this.#events.gone();
  }

  #hear(message: FromObjective): void {
    if (this.#killed) return;
    switch (message.type) {
      case 'ready':
        this.#loaded = true;
        return this.#events.idle();
      case 'unusable':
        return this.#events.unusable(
          new AtelierError('invalid_objective', message.error.message, message.error.details),
        );
      case 'report':
        return this.#report(message.step, message.value);
      case 'value':
        this.#end(outcomeOf(message.value, this.#study.definition.directions.length));
        return this.#events.idle();
      case 'threw': {
        const { code, message: text } = errorFromFacts(message.error);
        this.#end({ failed: { code: 'threw', error: code === 'internal' ? text : `${code}: ${text}` } });
        return this.#events.idle();
      }
      case 'pruned':
        clearTimeout(this.#timer);
        return this.#events.idle();
    }
  }

  #report(step: number, value: number): void {
    const number = this.#trial;
    if (number === null) return;
    // Begun again, it tells what is known.
    if (step <= (this.#study.trials[number].reports.at(-1)?.[0] ?? -1) && this.#again) {
      return this.#post({ type: 'verdict', prune: false });
    }
    try {
      this.#study.report(number, step, value);
      const { prune, reason } = this.#study.shouldPrune(number);
      this.#post({ type: 'verdict', prune });
      if (!prune) return;
      this.#tell(this.#study.prune(number, reason));
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.kill();
        this.#events.gone();
      }, GRACE);
    } catch (error) {
      this.#giveUp({ code: 'invalid_report', error: (error as Error).message });
    }
  }

  #end(outcome: Outcome): void {
    clearTimeout(this.#timer);
    if (this.#trial !== null) this.#tell(this.#study.tell(this.#trial, outcome));
  }

  #tell(trial: TrialRecord): void {
    this.#trial = null;
    this.#hooks.ended(trial, (performance.now() - this.#since) / 1000);
  }
}

function outcomeOf(value: unknown, objectives: number): Outcome {
  const values = typeof value === 'number' ? [value] : value;
  if (Array.isArray(values) && values.length === objectives) return values as number[];
  const wanted = objectives === 1 ? 'a number' : `a list of ${objectives} numbers`;
  return {
    failed: { code: 'no_value', error: `returned ${JSON.stringify(value)?.slice(0, 100)} instead of ${wanted}` },
  };
}
