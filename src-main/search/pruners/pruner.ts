import type { History } from '../history.ts';
import type { Reason, TrialRecord } from '../trial.ts';

export interface Verdict {
  readonly prune: boolean;
  readonly reason: Reason;
}

/** Decides after a report whether a trial is worth going on with. A function of the history and of nothing else. */
export interface Pruner {
  judge(history: History, trial: TrialRecord): Verdict;
}

export const goOn = (code: string, numbers: Record<string, string | number | boolean | null> = {}): Verdict => ({
  prune: false,
  reason: { code, ...numbers },
});

export const stop = (code: string, numbers: Record<string, string | number | boolean | null>): Verdict => ({
  prune: true,
  reason: { code, ...numbers },
});
