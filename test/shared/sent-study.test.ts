import { expect, it } from 'vitest';
import { receiveStudy, sendStudy } from '../../src-main/shared/sent-study.ts';
import type { StoredTrial, StudyDetail } from '../../src-main/shared/study.ts';

const trial = (number: number, reports: StoredTrial['reports']): StoredTrial => ({
  number,
  state: 'complete',
  params: { lr: 0.1, kind: '…', on: true },
  values: [0.5],
  violations: [-1],
  reports,
  why: { code: 'tpe', odds: 2 },
  notes: { at: [1, 2] },
  run: null,
  worker: 0,
  tries: 1,
  askedAt: 1_700_000_000_000,
  endedAt: null,
});

it('a study arrives as it was sent, reports that are no finite numbers too', () => {
  const trials = [
    trial(0, [
      [1, 0.25],
      [2, NaN],
    ]),
    trial(1, []),
    trial(2, [[1, -Infinity]]),
  ];
  const study = { name: 'search', front: [2], trials, best: null } as unknown as StudyDetail;
  const sent = sendStudy(study);
  expect([typeof sent.trials, sent.reports.length]).toEqual(['string', 9]);
  expect(receiveStudy(structuredClone(sent))).toEqual(study);
});
