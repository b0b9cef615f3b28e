import { crowding, sortFronts } from '../best.ts';
import type { History } from '../history.ts';
import { type TrialRecord, violation } from '../trial.ts';

export interface Split {
  readonly good: readonly TrialRecord[];
  readonly bad: readonly TrialRecord[];
}

/** The share of trials that count as good, and never more than 25 (Optuna's, after hyperopt). */
export const goodCount = (trials: number) => Math.min(Math.ceil(0.1 * trials), 25);

/**
 * Divides finished trials into the best and the rest, each in the order of their numbers. Keeping the limits goes before everything;
 * complete trials before pruned ones, and of those the ones that came far. With several objectives by Pareto fronts, on the front that
 * is divided those that stand alone first.
 */
export function splitTrials(history: History, trials: readonly TrialRecord[], count: number): Split {
  const several = history.directions.length > 1;
  const ranked = several ? byFronts(history, trials, count) : byValue(history, trials, count);
  const good = new Set(ranked.slice(0, count));
  return { good: trials.filter((trial) => good.has(trial)), bad: trials.filter((trial) => !good.has(trial)) };
}

/** Trials of one objective, best first; those after the first `count` may be missing. */
export function byValue(history: History, trials: readonly TrialRecord[], count: number): TrialRecord[] {
  const tiers: { trial: TrialRecord; tier: number; loss: number }[] = trials.map((trial) => {
    const over = violation(trial);
    if (over > 0) return { trial, tier: Infinity, loss: over };
    const loss = trial.values ? history.loss(trial.values[0]) : Infinity;
    return { trial, tier: trial.state === 'complete' ? -Infinity : -(trial.reports.at(-1)?.[0] ?? -1), loss };
  });
  // Sorting all of 10,000 for the best 25 is what would cost most of the time here.
  const complete = tiers.filter(({ tier }) => tier === -Infinity);
  let ranked = tiers;
  if (complete.length > 4 * count) {
    const mark = Float64Array.from(complete, ({ loss }) => loss).sort()[count];
    ranked = complete.filter(({ loss }) => loss <= mark);
  }
  return ranked
    .sort((a, b) => order(a.tier, b.tier) || order(a.loss, b.loss) || a.trial.number - b.trial.number)
    .map(({ trial }) => trial);
}

/** Trials of several objectives, best first; those after the first `count` may be missing. */
export function byFronts(history: History, trials: readonly TrialRecord[], count: number): TrialRecord[] {
  const keeps = (trial: TrialRecord) => trial.state === 'complete' && violation(trial) === 0;
  const kept = trials.filter(keeps);
  const over = (trial: TrialRecord) => (trial.state === 'complete' ? violation(trial) : Infinity);
  const others = trials.filter((trial) => !keeps(trial)).sort((a, b) => order(over(a), over(b)) || a.number - b.number);
  const losses = kept.map((trial) => history.losses(trial));
  const ranked = sortFronts(losses, count).flatMap((front) => {
    const alone = crowding(front.map((i) => losses[i]));
    const places = front.map((_, k) => k).sort((a, b) => order(alone[b], alone[a]) || front[a] - front[b]);
    return places.map((k) => kept[front[k]]);
  });
  return [...ranked, ...others];
}

/** Infinity is as large as itself. */
const order = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
