import { erfc } from '../../src-main/search/math/normal.ts';
import { parseStudy } from '../../src-main/search/study-file.ts';
import { Study } from '../../src-main/search/study.ts';
import type { Objective } from './objectives.ts';

/** The best value after each number of trials, one for each seed. */
export function bestAfter(
  { space, value }: Objective,
  sampler: unknown,
  budgets: readonly number[],
  seeds: number,
): Map<number, number[]> {
  const found = new Map(budgets.map((budget) => [budget, [] as number[]]));
  for (let seed = 0; seed < seeds; seed++) {
    const study = new Study(parseStudy({ space, sampler, seed }));
    let best = Infinity;
    for (let trial = 1; trial <= Math.max(...budgets); trial++) {
      const { number, params } = study.ask()!;
      const reached = value(params);
      study.tell(number, reached);
      best = Math.min(best, reached);
      found.get(trial)?.push(best);
    }
  }
  return found;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** p of the two-sided Mann–Whitney U test, by its normal approximation with correction for ties and continuity. */
export function rankSum(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, ours: true })), ...b.map((value) => ({ value, ours: false }))];
  all.sort((x, y) => x.value - y.value);
  const n = all.length;
  let [ranks, ties] = [0, 0];
  for (let from = 0, to = 0; from < n; from = to) {
    while (to < n && all[to].value === all[from].value) to++;
    for (let i = from; i < to; i++) if (all[i].ours) ranks += (from + 1 + to) / 2;
    ties += (to - from) ** 3 - (to - from);
  }
  const product = a.length * b.length;
  const u = ranks - (a.length * (a.length + 1)) / 2;
  const deviation = Math.sqrt((product / 12) * (n + 1 - ties / (n * (n - 1))));
  if (deviation === 0) return 1;
  const z = Math.max(0, Math.abs(u - product / 2) - 0.5) / deviation;
  return Math.min(1, erfc(z / Math.SQRT2));
}
