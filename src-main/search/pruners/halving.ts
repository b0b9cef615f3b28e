import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { TrialRecord } from '../trial.ts';
import { bestUpTo } from './reports.ts';
import { goOn, type Pruner, stop, type Verdict } from './pruner.ts';

export const halvingOptions = {
  /** The step of the first rung: what a trial costs at the least. */
  resource: { kind: 'integer', low: 1, high: 1e9, default: 1 },
  /** One in so many goes on from a rung to the next, which lies so many times as far. */
  factor: { kind: 'integer', low: 2, high: 100, default: 4 },
  /** Leaves out so many of the first rungs. */
  skip: { kind: 'integer', low: 0, high: 30, default: 0 },
} as const;

/**
 * Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020): at steps r, rη, rη² … a trial goes
 * on if it is among the best 1/η of those that have come there by now; nobody waits for others.
 */
export class HalvingPruner implements Pruner {
  readonly #options: OptionsOf<typeof halvingOptions>;
  /** A trial that has come so far is whole: nothing is saved by stopping it. */
  readonly #end: number;
  /** The later half of those at a rung, but so many at least, is a batch that a trial is held against, too. */
  readonly #batch: number;

  constructor(options: OptionsOf<typeof halvingOptions>, { end = Infinity, batch = Infinity } = {}) {
    this.#options = options;
    this.#end = end;
    this.#batch = batch;
  }

  judge(history: History, trial: TrialRecord): Verdict {
    const { resource, factor, skip } = this.#options;
    const [step, value] = trial.reports.at(-1)!;
    if (Number.isNaN(value)) return stop('diverged', { step, value: 'NaN' });
    if (step >= this.#end) return goOn('whole', { step });
    const rung = this.#rungAt(trial);
    if (rung === null) return goOn('between_rungs', { step, next: resource * factor ** this.#next(step, skip) });
    const at = resource * factor ** rung;
    const own = bestUpTo(history, trial, at);
    const others = history.trials.filter(
      (each) => each.number !== trial.number && each.reports.length > 0 && each.reports.at(-1)![0] >= at,
    );
    const against = (some: readonly TrialRecord[]) => {
      const losses = some.map((each) => bestUpTo(history, each, at));
      const of = losses.filter((loss) => !Number.isNaN(loss)).length + 1;
      // Of equals, those go first that have gone on already: or all of a plateau would.
      const before = losses.filter((loss, i) => loss < own || (loss === own && hasGoneOn(some[i], at)));
      // The first at a rung goes on, whoever it is.
      return { place: before.length + 1, of, places: Math.max(1, Math.floor(of / factor)) };
    };
    const all = against(others);
    const late = against(others.slice(-Math.max(this.#batch, Math.floor(others.length / 2))));
    const hardest = all.place > all.places || late.place <= late.places ? all : late;
    const told = { step, rung, ...hardest, best: history.loss(own) };
    return hardest.place > hardest.places ? stop('not_promoted', told) : goOn('promoted', told);
  }

  /** The rung that the last report reached, which none before had. */
  #rungAt({ reports }: TrialRecord): number | null {
    const { resource, factor, skip } = this.#options;
    const [step] = reports.at(-1)!;
    const before = reports.at(-2)?.[0] ?? 0;
    const next = this.#next(before, skip);
    if (step < resource * factor ** next) return null;
    return this.#next(step, skip) - 1;
  }

  /** The first rung beyond a step. */
  #next(step: number, skip: number): number {
    let rung = skip;
    while (this.#options.resource * this.#options.factor ** rung <= step) rung++;
    return rung;
  }
}

/** Past a rung, or still at work there. */
const hasGoneOn = ({ state, reports }: TrialRecord, at: number): boolean =>
  state !== 'pruned' || reports.at(-1)![0] > at;
