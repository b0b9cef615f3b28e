import { AtelierError } from '../shared/errors.ts';
import { Random } from '../shared/random.ts';
import { History } from './history.ts';
import { bestTrial, paretoFront } from './best.ts';
import type { Pruner, Verdict } from './pruners/pruner.ts';
import { makePruner } from './pruners/index.ts';
import { makeSampler } from './samplers/index.ts';
import type { Sampler, Suggestion } from './samplers/sampler.ts';
import type { Params } from './space/parameter.ts';
import { randomValue, type Space } from './space/space.ts';
import type { StudyDefinition } from './study-file.ts';
import { isFinished, type Reason, type TrialRecord } from './trial.ts';

/** Keeps a trial's random numbers apart from all others drawn from the same seed. */
const STREAM = 0x73747564;

/** How a trial ended. `violations`: by how much each limit is exceeded, 0 or less where it is kept. */
export type Outcome = number | readonly number[] | Values | { readonly failed: Reason };

/**
 * A search, by ask and tell:
 *
 *     const study = new Study(parseStudy(file));
 *     for (let trial = study.ask(); trial; trial = study.ask()) study.tell(trial.number, objective(trial.params));
 *
 * Several trials may run at once. Whatever changes comes back as the trial's record; a study made of the same definition and those
 * records goes on exactly as this one would.
 */
export class Study {
  readonly definition: StudyDefinition;
  readonly history: History;
  readonly #sampler: Sampler;
  readonly #pruner: Pruner;

  constructor(definition: StudyDefinition, records: readonly TrialRecord[] = []) {
    this.definition = definition;
    this.history = new History(definition.space, definition.directions, definition.seed, definition.limitScales);
    this.#sampler = makeSampler(definition.sampler, definition);
    this.#pruner = makePruner(definition.pruner);
    for (const record of [...records].sort((a, b) => a.number - b.number)) {
      if (record.number !== this.trials.length) {
        throw new AtelierError(
          'invalid_trials',
          `The trials' numbers must run from 0: ${this.trials.length} is missing.`,
        );
      }
      if (record.state !== 'waiting') this.space.check(record.params);
      this.history.put(record);
    }
  }

  get space(): Space {
    return this.definition.space;
  }

  get trials(): readonly TrialRecord[] {
    return this.history.trials;
  }

  /** The best complete trial that keeps all limits (where none does, the one that comes nearest); null before there is one. */
  get best(): TrialRecord | null {
    return bestTrial(this.history, this.trials);
  }

  /** The complete trials that no other one beats in every objective. */
  get front(): TrialRecord[] {
    return paretoFront(this.history);
  }

  /** What to try next: queued settings first. null where the sampler has nothing left, as a grid that is done. */
  ask(): TrialRecord | null {
    const waiting = this.history.counts.waiting > 0 ? this.trials.find(({ state }) => state === 'waiting') : undefined;
    const number = waiting?.number ?? this.trials.length;
    const random = new Random(this.definition.seed, STREAM, number);
    if (waiting)
      return this.#put({ ...waiting, state: 'running', params: this.#completed(waiting.params, number, random) });
    const suggestion = this.#sampler.suggest(this.history, number, random);
    return suggestion && this.#put({ ...blank(number), ...suggestion, state: 'running' });
  }

  /** Queues settings that are to be tried before the sampler's own; what is not named is filled in when it is asked for. */
  enqueue(params: Params, why: Reason = { code: 'given' }): TrialRecord {
    for (const [name, value] of Object.entries(params)) {
      const dimension = this.space.dimensions[this.space.indexOf(name)];
      if (!dimension) throw new AtelierError('outside_space', `"${name}" is not a parameter of this study.`);
      if (!dimension.has(value)) {
        throw new AtelierError(
          'outside_space',
          `"${name}" = ${JSON.stringify(value)}, which the space does not hold: ${JSON.stringify(dimension.spec)}.`,
        );
      }
    }
    return this.#put({ ...blank(this.trials.length), params, why });
  }

  /** Enters what is known from elsewhere, an earlier study for instance. */
  add(params: Params, values: readonly number[], violations?: readonly number[]): TrialRecord {
    this.space.check(params);
    this.#checkCount(values);
    const record = { ...blank(this.trials.length), params, why: { code: 'known' } };
    this.#put({ ...record, state: 'running' });
    return this.tell(record.number, { values, violations });
  }

  /** A value on the way, with its step (epochs, for instance), which must rise. Not-a-number is kept and says that it diverged. */
  report(number: number, step: number, value: number): TrialRecord {
    const trial = this.#running(number);
    const last = trial.reports.at(-1)?.[0] ?? -1;
    if (!Number.isSafeInteger(step) || step <= last) {
      throw new AtelierError(
        'invalid_report',
        `Trial ${number} reports step ${step} after ${last}: steps are whole numbers from 0 and rise.`,
      );
    }
    return this.#put({ ...trial, reports: [...trial.reports, [step, value]] });
  }

  /** Whether to stop a running trial, by its reports so far. */
  shouldPrune(number: number): Verdict {
    const trial = this.#running(number);
    if (trial.reports.length === 0) return { prune: false, reason: { code: 'nothing_reported' } };
    return this.#pruner.judge(this.history, trial);
  }

  /** Ends a trial before its time. */
  prune(number: number, reason: Reason): TrialRecord {
    const trial = this.#running(number);
    const last = trial.reports.at(-1)?.[1];
    const values =
      last !== undefined && Number.isFinite(last) && this.definition.directions.length === 1 ? [last] : null;
    return this.#put({ ...trial, state: 'pruned', values, ended: reason });
  }

  /** Ends a trial with its value or values. What is not finite fails it: a search learns nothing from Infinity but to stay away. */
  tell(number: number, outcome: Outcome): TrialRecord {
    const trial = this.#running(number);
    const told = readOutcome(outcome);
    if ('failed' in told) return this.#put({ ...trial, state: 'failed', ended: told.failed });
    const { values, violations } = told;
    this.#checkCount(values);
    const odd = [...values, ...(violations ?? [])].find((value) => !Number.isFinite(value));
    if (odd !== undefined) {
      return this.#put({ ...trial, state: 'failed', ended: { code: 'not_finite', value: String(odd) } });
    }
    return this.#put({
      ...trial,
      state: 'complete',
      values: [...values],
      ...(violations ? { violations: [...violations] } : {}),
    });
  }

  #put(record: TrialRecord): TrialRecord {
    this.history.put(record);
    return record;
  }

  #running(number: number): TrialRecord {
    const trial = this.trials[number];
    if (!trial)
      throw new AtelierError('unknown_trial', `There is no trial ${number}; the last is ${this.trials.length - 1}.`);
    if (trial.state === 'running') return trial;
    const state = isFinished(trial) ? `is ${trial.state} already` : 'was not asked for yet';
    throw new AtelierError('trial_not_running', `Trial ${number} ${state}.`);
  }

  #checkCount(values: readonly unknown[]): void {
    const wanted = this.definition.directions.length;
    if (!Array.isArray(values) || values.length !== wanted || values.some((value) => typeof value !== 'number')) {
      throw new AtelierError(
        'invalid_value',
        `A trial of this study has ${wanted === 1 ? 'one number' : `${wanted} numbers`} as its value, not ${JSON.stringify(values)}.`,
      );
    }
  }

  /** Given values, with the sampler's choice for the others, and random ones where its choice goes another way. */
  #completed(given: Params, number: number, random: Random): Params {
    const rest: Suggestion['params'] = this.#sampler.suggest(this.history, number, random)?.params ?? {};
    return this.space.fill(
      (dimension) => given[dimension.name] ?? rest[dimension.name] ?? randomValue(dimension, random),
    );
  }
}

const blank = (number: number): TrialRecord => ({
  number,
  state: 'waiting',
  params: {},
  values: null,
  reports: [],
  why: { code: 'given' },
});

interface Values {
  readonly values: readonly number[];
  readonly violations?: readonly number[];
}

function readOutcome(outcome: Outcome): Values | { readonly failed: Reason } {
  if (typeof outcome === 'number') return { values: [outcome] };
  // Arrays have a method `values` too; Array.isArray does not narrow readonly ones.
  return Array.isArray(outcome) ? { values: outcome as readonly number[] } : (outcome as Values | { failed: Reason });
}
