import type { History } from '../history.ts';
import type { OptionsOf } from '../options.ts';
import type { TrialRecord } from '../trial.ts';
import { goOn, type Pruner, stop, type Verdict } from './pruner.ts';

export const patientOptions = {
  /** So many reports without a new best are borne. */
  patience: { kind: 'integer', low: 0, high: 1e6, default: 5 },
  /** A new best counts from so much on. */
  least: { kind: 'number', low: 0, high: 1e300, default: 0 },
} as const;

/** Stops a trial that has not come further for a while. */
export class PatientPruner implements Pruner {
  readonly #options: OptionsOf<typeof patientOptions>;

  constructor(options: OptionsOf<typeof patientOptions>) {
    this.#options = options;
  }

  judge(history: History, { reports }: TrialRecord): Verdict {
    const { patience, least } = this.#options;
    let best = Infinity;
    let since = 0;
    for (const [, value] of reports) {
      const loss = history.loss(value);
      since = loss < best - (best === Infinity ? 0 : least) ? 0 : since + 1;
      if (loss < best) best = loss;
    }
    const told = { step: reports.at(-1)![0], since, patience, best: best === Infinity ? null : history.loss(best) };
    return since > patience ? stop('no_better_for', told) : goOn('still_patient', told);
  }
}
