import type { History } from '../history.ts';
import type { TrialRecord } from '../trial.ts';

/** What a trial reported at a step, less is better; NaN where it did not or where that was no number. */
export function lossAt(history: History, { reports }: TrialRecord, step: number): number {
  const report = reports.find(([at]) => at === step);
  return report ? history.loss(report[1]) : NaN;
}

/** The best of what it reported up to a step; NaN where none was a number. */
export function bestUpTo(history: History, { reports }: TrialRecord, step: number): number {
  const losses = reports.flatMap(([at, value]) => (at <= step && !Number.isNaN(value) ? [history.loss(value)] : []));
  return losses.length > 0 ? Math.min(...losses) : NaN;
}
