import { crowding, sortFronts } from '../best.ts';
import type { History } from '../history.ts';
import type { TrialRecord } from '../trial.ts';

export interface Split {
  readonly good: readonly TrialRecord[];
  readonly bad: readonly TrialRecord[];
}

/** The share of trials that count as good, and never more than 25 (Optuna's, after hyperopt). */
export const goodCount = (trials: number) => Math.min(Math.ceil(0.1 * trials), 25);

/**
 * Divides finished trials into the best and the rest, each in the order of their numbers. Keeping the limits goes before everything;
 * complete trials before pruned ones (while there are few, those that came to some step), and of the others the ones that came far. With several objectives by Pareto fronts, on the front that
 * is divided those that stand alone first.
 */
export function splitTrials(history: History, trials: readonly TrialRecord[], count: number): Split {
  const several = history.directions.length > 1;
  const ranked = several ? byFronts(history, trials, count) : byValue(history, trials, count);
  const chosen = new Set(ranked.slice(0, count));
  const [good, bad]: TrialRecord[][] = [[], []];
  for (const trial of trials) (chosen.has(trial) ? good : bad).push(trial);
  return { good, bad };
}

/** Trials of one objective, the best `count` of them, best first. */
export function byValue(history: History, trials: readonly TrialRecord[], count: number): TrialRecord[] {
  const n = trials.length;
  // By tier first: those that came as far as they are compared, others by how far they came, those that exceed a limit.
  const tiers = new Float64Array(n);
  const losses = new Float64Array(n);
  trials.forEach((trial, i) => {
    const over = history.violation(trial);
    const value = trial.values ? history.loss(trial.values[0]) : Infinity;
    losses[i] = over > 0 ? over : value;
    tiers[i] = over > 0 ? Infinity : trial.state === 'complete' ? -Infinity : -(trial.reports.at(-1)?.[0] ?? -1);
  });
  const step = comparedAt(history, trials);
  if (step !== null) {
    trials.forEach(({ reports }, i) => {
      const there = reports.find(([at]) => at === step);
      if (tiers[i] === Infinity || !there || Number.isNaN(there[1])) return;
      tiers[i] = -Infinity;
      losses[i] = history.loss(there[1]);
    });
  }
  const rank = (i: number, j: number) =>
    order(tiers[i], tiers[j]) || order(losses[i], losses[j]) || trials[i].number - trials[j].number;
  if (count > FEW)
    return Array.from(tiers.keys())
      .sort(rank)
      .slice(0, count)
      .map((i) => trials[i]);
  // Of 10,000 trials the best 25: each meets the worst of those so far, and next to none gets further.
  const best: number[] = [];
  for (let i = 0; i < n; i++) {
    if (best.length === count && (count === 0 || rank(i, best[count - 1]) > 0)) continue;
    let place = best.length;
    while (place > 0 && rank(i, best[place - 1]) < 0) place--;
    best.splice(place, 0, i);
    if (best.length > count) best.pop();
  }
  return best.map((i) => trials[i]);
}

/**
 * The step at which trials are compared while few are complete: the last that enough have reported, as in BOHB (Falkner et al., 2018). The
 * few whole ones of a Hyperband are whole because it was their turn, not because they are good. null: complete ones by their values.
 */
function comparedAt({ counts, space }: History, trials: readonly TrialRecord[]): number | null {
  const enough = Math.max(10, space.dimensions.length + 3);
  if (counts.complete >= enough || counts.pruned === 0) return null;
  const reached = new Map<number, number>();
  for (const { reports } of trials) for (const [step] of reports) reached.set(step, (reached.get(step) ?? 0) + 1);
  let last: number | null = null;
  for (const [step, count] of reached) if (count >= enough && (last === null || step > last)) last = step;
  return last;
}

/** So many are kept in order as they come; more are sorted. */
const FEW = 100;

/** Trials of several objectives, best first; those after the first `count` may be missing. */
export function byFronts(history: History, trials: readonly TrialRecord[], count: number): TrialRecord[] {
  const keeps = (trial: TrialRecord) => trial.state === 'complete' && history.violation(trial) === 0;
  const kept = trials.filter(keeps);
  const over = (trial: TrialRecord) => (trial.state === 'complete' ? history.violation(trial) : Infinity);
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
