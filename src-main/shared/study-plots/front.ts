import { keepsLimits, type Plotted } from './told.ts';

export interface FrontPoint {
  trial: number;
  values: readonly number[];
  /** No other trial beats it in all metrics. */
  best: boolean;
  keepsLimits: boolean;
}

/** The complete trials of a study of several metrics. */
export function studyFront({ trials, front }: Plotted): FrontPoint[] {
  const best = new Set(front);
  return trials.flatMap((trial) =>
    trial.state === 'complete' && trial.values?.every(Number.isFinite)
      ? [{ trial: trial.number, values: trial.values, best: best.has(trial.number), keepsLimits: keepsLimits(trial) }]
      : [],
  );
}
