import type { StoredTrial, StudyDetail } from '../study.ts';

/** What every plot is made of. */
export type Plotted = Pick<StudyDetail, 'plan' | 'trials' | 'front'>;

export const keepsLimits = ({ violations = [] }: StoredTrial): boolean => violations.every((each) => each <= 0);

/** The value of one objective; NaN where there is none. */
export const valueOf = ({ values }: StoredTrial, objective: number): number => values?.[objective] ?? NaN;

/** Complete trials whose value is a finite number. */
export function completeOnes({ trials }: Pick<Plotted, 'trials'>, objective: number): StoredTrial[] {
  return trials.filter((trial) => trial.state === 'complete' && Number.isFinite(valueOf(trial, objective)));
}
