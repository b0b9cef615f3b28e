import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { TrialRecord } from '../trial.ts';
import { bestUpTo, lossAt } from './reports.ts';
import { goOn, type Pruner, stop, type Verdict } from './pruner.ts';

export const medianOptions = {
  /** Complete trials before the first is pruned. */
  startup: { kind: 'integer', low: 0, high: 10_000, default: 5 },
  /** No trial is pruned before this step. */
  warmup: { kind: 'integer', low: 0, high: 1e9, default: 0 },
  /** So many others must have reported at the step. */
  others: { kind: 'integer', low: 1, high: 10_000, default: 1 },
} as const;

export const percentileOptions = {
  ...medianOptions,
  /** The share in percent of the others that a trial must be as good as to go on. */
  percentile: { kind: 'number', low: 0, high: 100, default: 25 },
} as const;

/**
 * Stops a trial whose best report so far is worse than a percentile of what the complete trials reported at that step (Golovin et al., "Google Vizier",
 * 2017: the median rule).
 */
export class PercentilePruner implements Pruner {
  readonly #options: OptionsOf<typeof percentileOptions>;

  constructor(options: OptionsOf<typeof percentileOptions>) {
    this.#options = options;
  }

  judge(history: History, trial: TrialRecord): Verdict {
    const { startup, warmup, others: least, percentile } = this.#options;
    const [step, value] = trial.reports.at(-1)!;
    const complete = history.complete;
    if (complete.length < startup) return goOn('pruner_startup', { complete: complete.length, of: startup });
    if (step < warmup) return goOn('pruner_warmup', { step, of: warmup });
    const best = bestUpTo(history, trial, step);
    if (Number.isNaN(best)) return stop('diverged', { step, value: String(value) });
    const others = complete.map((each) => lossAt(history, each, step)).filter((loss) => !Number.isNaN(loss));
    if (others.length < least) return goOn('pruner_too_few', { step, others: others.length, of: least });
    const mark = quantile(others, percentile / 100);
    const told = { step, best: history.loss(best), bar: history.loss(mark), percentile, others: others.length };
    return best > mark ? stop('worse_than_percentile', told) : goOn('as_good_as_percentile', told);
  }
}

/** Between neighbours in proportion (numpy's default). */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
