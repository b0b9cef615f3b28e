import type { TrialState } from '../study.ts';
import type { Plotted } from './told.ts';

/** When a trial worked, and where. */
export interface TimelineBar {
  trial: number;
  state: TrialState;
  worker: number;
  /** Milliseconds since 1970. */
  from: number;
  /** null while it runs. */
  to: number | null;
  tries: number;
}

/** The trials that were begun here, in the order of their beginnings. */
export function studyTimeline({ trials }: Plotted): TimelineBar[] {
  return trials
    .flatMap(({ number: trial, state, worker, askedAt: from, endedAt: to, tries }) =>
      from === null || state === 'waiting' ? [] : [{ trial, state, worker: worker ?? 0, from, to, tries }],
    )
    .sort((a, b) => a.from - b.from || a.trial - b.trial);
}
