import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { TrialRecord } from '../trial.ts';
import { goOn, type Pruner, stop, type Verdict } from './pruner.ts';

export const thresholdOptions = {
  low: { kind: 'number', low: -1e300, high: 1e300, default: null },
  high: { kind: 'number', low: -1e300, high: 1e300, default: null },
  /** No trial is pruned before this step. */
  warmup: { kind: 'integer', low: 0, high: 1e9, default: 0 },
} as const;

/** Stops a trial whose report lies outside of what is possible for a good one, or is no number. */
export class ThresholdPruner implements Pruner {
  readonly #options: OptionsOf<typeof thresholdOptions>;

  constructor(options: OptionsOf<typeof thresholdOptions>) {
    this.#options = options;
  }

  judge(_history: History, { reports }: TrialRecord): Verdict {
    const { low, high, warmup } = this.#options;
    const [step, value] = reports.at(-1)!;
    if (step < warmup) return goOn('pruner_warmup', { step, of: warmup });
    if (Number.isNaN(value)) return stop('diverged', { step, value: 'NaN' });
    if (low !== null && value < low) return stop('below_threshold', { step, value, bar: low });
    if (high !== null && value > high) return stop('above_threshold', { step, value, bar: high });
    return goOn('within_thresholds', { step, value });
  }
}
