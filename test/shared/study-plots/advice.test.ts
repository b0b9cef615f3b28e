import { describe, expect, it } from 'vitest';
import { adviceText } from '../../../src-main/cli/study-summary.ts';
import { studyAdvice, type Advice } from '../../../src-main/shared/study-plots/advice.ts';
import type { ParameterRange, StoredTrial, StudyImportance, StudyPlan } from '../../../src-main/shared/study.ts';

const space: Record<string, ParameterRange> = {
  lr: { type: 'float', low: 1e-4, high: 1, log: true },
  drop: { type: 'float', low: 0, high: 1 },
  wide: { type: 'int', low: 1, high: 100 },
  kind: { type: 'categorical', choices: ['a', 'b'] },
  noise: { type: 'boolean' },
};
const plan = { space, metrics: ['loss'], directions: ['minimize'] } as unknown as StudyPlan;

/** Loss falls with the learning rate up to its end, is least at drop 0.5, and is far less for "b". */
function trial(i: number, of: number): StoredTrial {
  const share = (step: number) => ((i * step) % of) / of;
  const [lr, drop] = [10 ** (-4 + 4 * share(7)), share(11)];
  const kind = i % 2 === 0 ? 'a' : 'b';
  return {
    number: i,
    state: 'complete',
    params: { lr, drop, wide: 1 + Math.floor(100 * share(13)), kind, noise: i % 3 === 0 },
    values: [12 * Math.abs(Math.log10(lr)) + 40 * Math.abs(drop - 0.5) + (kind === 'b' ? 0 : 99)],
    reports: [],
    why: { code: 'random' },
    run: null,
    worker: 0,
    tries: 1,
    askedAt: null,
    endedAt: null,
  };
}
const study = (trials: StoredTrial[], failed = 0) => ({
  plan,
  trials,
  front: [],
  counts: { complete: trials.length, pruned: 0, failed, running: 0, waiting: 0 },
});
const of = (list: readonly Advice[], parameter: string) =>
  list.find((one) => 'parameter' in one && one.parameter === parameter);

describe('advice', () => {
  const trials = Array.from({ length: 101 }, (_, i) => trial(i, 101));
  const importance: StudyImportance = {
    method: 'fanova',
    metric: 'loss',
    shares: { lr: 0.4, drop: 0.1, kind: 0.4, wide: 0.09, noise: 0.01 },
  };

  it('says where the good trials are', () => {
    const found = studyAdvice(study(trials), importance);
    expect(of(found, 'lr')).toEqual({ code: 'beyond', parameter: 'lr', end: 'high', at: 1, good: 10 });
    expect(of(found, 'kind')).toEqual({ code: 'settled', parameter: 'kind', choice: 'b', good: 10 });
    const narrow = of(found, 'drop') as Advice & { code: 'narrow' };
    expect(narrow.code).toBe('narrow');
    expect(narrow.low).toBeGreaterThan(0.2);
    expect(narrow.high).toBeLessThan(0.8);
    expect(of(found, 'noise')).toEqual({ code: 'idle', parameter: 'noise', share: 0.01 });
    expect(found.map(({ code }) => code).slice(0, 4)).toEqual(['beyond', 'narrow', 'settled', 'idle']);
  });

  it('tells late finds from a search that has levelled off', () => {
    const flat = trials.map((one, i) => ({ ...one, values: [i === 5 ? 0 : 10] }));
    expect(studyAdvice(study(flat), null)).toContainEqual({ code: 'levelled', trial: 5, trials: 101 });
    const late = trials.map((one, i) => ({ ...one, values: [i === 95 ? 0 : 10] }));
    expect(studyAdvice(study(late), null)).toContainEqual({ code: 'still_better', trial: 95, trials: 101 });
  });

  it('counts what failed and what breaks limits', () => {
    const broken = trials.map((one, i) => ({ ...one, violations: [i < 80 ? 1 : 0] }));
    const found = studyAdvice(study(broken, 30), null);
    expect(found).toContainEqual({ code: 'limits', broken: 80, complete: 101 });
    expect(found).toContainEqual({ code: 'failures', failed: 30, trials: 101 });
  });

  it('says nothing of few trials, nor of a parameter that few of the good ones have', () => {
    expect(studyAdvice(study(trials.slice(0, 9)), importance)).toEqual([]);
    const without = trials.map(({ params: { lr: _lr, ...params }, ...one }) => ({ ...one, params }));
    expect(of(studyAdvice(study(without), importance), 'lr')).toBeUndefined();
  });

  it('is put into words with its figures', () => {
    const texts = studyAdvice(study(trials, 30), importance).map(adviceText);
    expect(texts[0]).toBe('lr: half of the 10 best trials lie at the upper end of the range, 1. Widen it there.');
    expect(texts.join(' ')).toContain('noise: explains 1 % of the differences.');
  });
});
