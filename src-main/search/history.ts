import type { Params } from './space/parameter.ts';
import type { Space } from './space/space.ts';
import { type Direction, isFinished, type TrialRecord, violation } from './trial.ts';

/** What samplers and pruners see of a study: every trial so far, with what is worked out once and kept. */
export class History {
  readonly space: Space;
  readonly directions: readonly Direction[];
  readonly seed: number;
  readonly #limitScales: readonly number[];
  readonly #trials: TrialRecord[] = [];
  readonly #units: (Float64Array | undefined)[] = [];
  /** Of a countable space: the settings that were handed out. */
  readonly #tried = new Set<string>();
  readonly #counts = { waiting: 0, running: 0, complete: 0, pruned: 0, failed: 0 };

  constructor(space: Space, directions: readonly Direction[], seed: number, limitScales: readonly number[] = []) {
    this.space = space;
    this.directions = directions;
    this.seed = seed;
    this.#limitScales = limitScales;
  }

  /** By number. */
  get trials(): readonly TrialRecord[] {
    return this.#trials;
  }

  get counts(): Readonly<Record<TrialRecord['state'], number>> {
    return this.#counts;
  }

  /** Enters a new trial, or one that has changed. */
  put(trial: TrialRecord): void {
    const before = this.#trials[trial.number];
    if (before) this.#counts[before.state]--;
    if (before?.params !== trial.params) this.#units[trial.number] = undefined;
    if (this.space.countable && trial.state !== 'waiting' && (!before || before.state === 'waiting')) {
      this.#tried.add(String(this.space.encode(trial.params)));
    }
    this.#trials[trial.number] = trial;
    this.#counts[trial.state]++;
  }

  /** The trial's place: one coordinate a dimension, NaN where it is not active. */
  units(trial: TrialRecord): Float64Array {
    return (this.#units[trial.number] ??= this.space.encode(trial.params));
  }

  /** Whether a trial had these very settings, whatever came of it. In a space with continuous parameters none counts as tried. */
  isTried(params: Params): boolean {
    return this.#tried.size > 0 && this.#tried.has(String(this.space.encode(params)));
  }

  /** Its values, turned so that less is better. */
  losses({ values }: TrialRecord): number[] {
    return values!.map((value, index) => this.loss(value, index));
  }

  loss(value: number, objective = 0): number {
    return loss(value, this.directions[objective]);
  }

  /** By how much it exceeds the limits, together; 0 where it keeps all. */
  violation(trial: Pick<TrialRecord, 'violations'>): number {
    return violation(trial, this.#limitScales);
  }

  get complete(): TrialRecord[] {
    return this.#trials.filter(({ state }) => state === 'complete');
  }

  get running(): TrialRecord[] {
    return this.#trials.filter(({ state }) => state === 'running');
  }

  get finished(): TrialRecord[] {
    return this.#trials.filter(isFinished);
  }
}

/** A value turned so that less is better. */
export const loss = (value: number, direction: Direction): number => (direction === 'maximize' ? -value : value);
