import type { WriteStore } from '../../db/open.ts';
import { getStudy, getTrial, insertReport, insertTrial, listTrials, updateTrial } from '../../db/studies.ts';
import { Stagnation } from '../../search/best.ts';
import { parseStudy } from '../../search/study-file.ts';
import { Study as Search, type Outcome } from '../../search/study.ts';
import type { Verdict } from '../../search/pruners/pruner.ts';
import { isFinished, type TrialRecord } from '../../search/trial.ts';
import type { RunId, StudyId } from '../../shared/ids.ts';
import type { Limit, Params, Reason, StoredTrial, Study } from '../../shared/study.ts';

/** An excess counts as a share of its bound: limits have units of their own. */
export const limitScales = (limits: readonly Limit[]): number[] =>
  limits.map(({ most, least }) => Math.abs(most ?? least!) || 1);

/** The search of a study, as its plan and its trials say: what it would do next follows from these alone. */
export function searchOf({ name, plan }: Pick<Study, 'name' | 'plan'>, trials: readonly TrialRecord[] = []): Search {
  const { directions, sampler, pruner, seed, space, constraints } = plan;
  const definition = parseStudy({ name, directions, sampler, pruner, seed, space, constraints });
  return new Search({ ...definition, limitScales: limitScales(plan.limits) }, trials);
}

/** What a trial has besides what the search knows of it. */
type Facts = Pick<StoredTrial, 'run' | 'worker' | 'tries' | 'askedAt' | 'endedAt'>;
const nothingYet: Facts = { run: null, worker: null, tries: 0, askedAt: null, endedAt: null };

/**
 * A study at work: the search in memory, and each of its trials in the store. What changes is written first; where that fails, the search
 * goes back to what is stored. Acts marked so belong into a transaction that is open.
 */
export class LiveStudy {
  readonly id: StudyId;
  readonly #store: WriteStore;
  #search: Search;
  #facts: Facts[] = [];

  constructor(store: WriteStore, id: StudyId) {
    this.#store = store;
    this.id = id;
    this.#search = this.#loaded();
  }

  get search(): Search {
    return this.#search;
  }

  get study(): Study {
    return getStudy(this.#store, this.id);
  }

  get trials(): StoredTrial[] {
    return this.#search.trials.map((record) => ({ ...record, ...this.#facts[record.number] }));
  }

  trial(number: number): StoredTrial {
    return { ...this.#search.trials[number], ...this.#facts[number] };
  }

  /** Numbers of those that were asked for and have not ended. */
  get running(): number[] {
    return this.#search.history.running.map(({ number }) => number);
  }

  numberOf(run: RunId): number {
    return this.#facts.findIndex((facts) => facts.run === run);
  }

  /** Trials that count against a budget: not those known from elsewhere, nor those that only wait. */
  get asked(): number {
    return this.#search.trials.filter(({ state, why }) => state !== 'waiting' && why.code !== 'known').length;
  }

  /** Complete trials since the best one. */
  get withoutBetter(): number {
    const { history } = this.#search;
    const stagnation = new Stagnation();
    // In the order of their ends: what ended last may have been asked for first.
    const ends = history.complete.sort(
      (a, b) => (this.#facts[a.number].endedAt ?? 0) - (this.#facts[b.number].endedAt ?? 0),
    );
    for (const trial of ends) stagnation.told(history, trial);
    return stagnation.since;
  }

  /** What to try next, or null where nothing is left. Counts only once `begin` has stored it. */
  ask(): TrialRecord | null {
    return this.#search.ask();
  }

  /** What was asked for has its run. In a transaction. */
  begin(record: TrialRecord, run: RunId | null, worker: number | null): void {
    const facts: Facts = { run, worker, tries: run === null ? 0 : 1, askedAt: Date.now(), endedAt: null };
    const known = this.#facts[record.number] as Facts | undefined;
    this.#facts[record.number] = facts;
    if (known) updateTrial(this.#store, this.id, { ...record, ...facts });
    else insertTrial(this.#store, this.id, { ...record, ...facts });
  }

  /** Its run is begun once more. */
  retry(number: number): void {
    const { run, worker, tries, askedAt } = this.#facts[number];
    this.#facts[number] = { run, worker, tries: tries + 1, askedAt, endedAt: null };
    this.#stored(() => updateTrial(this.#store, this.id, this.trial(number)));
  }

  /** What was measured at an epoch. Those that are known already, of a run that was gone on with, are passed over. */
  report(number: number, step: number, value: number): boolean {
    const trial = this.#search.trials[number];
    if (trial.state !== 'running' || step <= (trial.reports.at(-1)?.[0] ?? -1)) return false;
    this.#search.report(number, step, value);
    try {
      // The run's curve has it too.
      this.#store.relaxed(() => insertReport(this.#store, this.id, number, step, value));
    } catch (error) {
      this.refresh(number);
      throw error;
    }
    return true;
  }

  shouldPrune(number: number): Verdict {
    return this.#search.shouldPrune(number);
  }

  prune(number: number, reason: Reason): void {
    this.#stored(() => this.#put(this.#search.prune(number, reason)));
  }

  /** In a transaction, or by itself. */
  tell(number: number, outcome: Outcome): void {
    this.#stored(() => this.#put(this.#search.tell(number, outcome)));
  }

  /** Settings that are to be tried before the search's own choice. In a transaction. */
  enqueue(params: Params): void {
    const record = this.#search.enqueue(params);
    this.#facts[record.number] = nothingYet;
    insertTrial(this.#store, this.id, { ...record, ...nothingYet });
  }

  /** What another study found out. In a transaction. */
  add(
    params: Params,
    values: readonly number[],
    violations: readonly number[] | undefined,
    endedAt: number | null,
  ): void {
    const record = { ...this.#search.add(params, values, violations), why: { code: 'known' } };
    const facts = { ...nothingYet, endedAt };
    this.#facts[record.number] = facts;
    insertTrial(this.#store, this.id, { ...record, ...facts });
  }

  /** Back to what is stored of a trial: a transaction may have been rolled back. */
  refresh(number: number): StoredTrial {
    const stored = getTrial(this.#store, this.id, number);
    const { run, worker, tries, askedAt, endedAt, ...record } = stored;
    this.#facts[number] = { run, worker, tries, askedAt, endedAt };
    this.#search.history.put(record);
    return stored;
  }

  reload(): void {
    this.#search = this.#loaded();
  }

  #loaded(): Search {
    const trials = listTrials(this.#store, this.id);
    this.#facts = trials.map(({ run, worker, tries, askedAt, endedAt }) => ({ run, worker, tries, askedAt, endedAt }));
    return searchOf(
      this.study,
      trials.map(
        ({ run: _run, worker: _worker, tries: _tries, askedAt: _asked, endedAt: _ended, ...record }) => record,
      ),
    );
  }

  #put(record: TrialRecord): void {
    const { number } = record;
    this.#facts[number] = { ...this.#facts[number], endedAt: isFinished(record) ? Date.now() : null };
    updateTrial(this.#store, this.id, { ...record, ...this.#facts[number] });
  }

  #stored(body: () => void): void {
    try {
      this.#store.transaction(body);
    } catch (error) {
      this.reload();
      throw error;
    }
  }
}
