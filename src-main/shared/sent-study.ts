import type { StoredTrial, StudyDetail, StudySummary } from './study.ts';

/**
 * A study on its way to the page. The page's bridge copies whatever it is given value by value, which takes seconds for the hundred thousand
 * of a long study; one text and one array it takes as they are.
 */
export interface SentStudy extends StudySummary {
  readonly front: readonly number[];
  /** JSON of the trials without their reports: in the store, too, they are that. */
  readonly trials: string;
  /** Trial, step and value of each report, one after another; values need not be finite, which JSON would not keep. */
  readonly reports: Float64Array;
}

export function sendStudy({ trials, ...study }: StudyDetail): SentStudy {
  const reports = new Float64Array(3 * trials.reduce((sum, trial) => sum + trial.reports.length, 0));
  let at = 0;
  for (const trial of trials) {
    for (const [step, value] of trial.reports) {
      reports[at++] = trial.number;
      reports[at++] = step;
      reports[at++] = value;
    }
  }
  return { ...study, trials: JSON.stringify(trials.map((trial) => ({ ...trial, reports: [] }))), reports };
}

export function receiveStudy({ trials: text, reports, ...study }: SentStudy): StudyDetail {
  const trials = JSON.parse(text) as (StoredTrial & { reports: [number, number][] })[];
  // Numbers of trials are their places.
  for (let at = 0; at < reports.length; at += 3) trials[reports[at]].reports.push([reports[at + 1], reports[at + 2]]);
  return { ...study, trials };
}
