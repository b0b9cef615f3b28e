import { isBetter, type TrialState } from '../study.ts';
import { keepsLimits, type Plotted, valueOf } from './told.ts';

export interface HistoryRow {
  trial: number;
  state: TrialState;
  /** Of a pruned trial the last it reported; null where it has none. */
  value: number | null;
  /** The best of the complete trials up to this one that keep all limits. */
  best: number | null;
}

/** The trials that have ended, by number. */
export function studyHistory({ trials, plan }: Plotted, objective = 0): HistoryRow[] {
  let best: number | null = null;
  const rows: HistoryRow[] = [];
  for (const trial of trials) {
    if (trial.state === 'waiting' || trial.state === 'running') continue;
    const value = valueOf(trial, objective);
    const counts = trial.state === 'complete' && Number.isFinite(value) && keepsLimits(trial);
    if (counts && (best === null || isBetter(value, best, plan.directions[objective]))) best = value;
    rows.push({ trial: trial.number, state: trial.state, value: Number.isFinite(value) ? value : null, best });
  }
  return rows;
}
