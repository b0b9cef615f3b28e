import type { TrialState } from '../study.ts';
import type { Plotted } from './told.ts';

/** What a trial reported on its way. */
export interface IntermediateLine {
  trial: number;
  state: TrialState;
  steps: number[];
  /** NaN where it diverged. */
  values: number[];
}

export function studyIntermediate({ trials }: Plotted): IntermediateLine[] {
  return trials.flatMap(({ number: trial, state, reports }) =>
    reports.length === 0
      ? []
      : [{ trial, state, steps: reports.map(([step]) => step), values: reports.map(([, value]) => value) }],
  );
}
