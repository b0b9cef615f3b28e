import { completeOnes, type Plotted, valueOf } from './told.ts';

/** At each value that occurs, rising, the share of complete trials that lie at it or below. */
export interface Edf {
  value: Float64Array;
  share: Float64Array;
}

export function studyEdf(study: Plotted, objective = 0): Edf {
  const sorted = Float64Array.from(completeOnes(study, objective), (trial) => valueOf(trial, objective)).sort();
  const last = (value: number, i: number) => value !== sorted[i + 1];
  const value = sorted.filter(last);
  const share = Float64Array.from(
    [...sorted.keys()].filter((i) => last(sorted[i], i)),
    (i) => (i + 1) / sorted.length,
  );
  return { value, share };
}
