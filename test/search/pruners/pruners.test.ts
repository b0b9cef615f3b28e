import { describe, expect, it } from 'vitest';
import { HyperbandPruner } from '../../../src-main/search/pruners/hyperband.ts';
import { parseStudy } from '../../../src-main/search/study-file.ts';
import { Study } from '../../../src-main/search/study.ts';
import { netErrors, nets, objectives } from '../../support/objectives.ts';

const space = { x: { type: 'float', low: 0, high: 1 } };
const make = (pruner: unknown, direction = 'minimize') =>
  new Study(parseStudy({ space, sampler: 'random', pruner, direction }));

/** Runs a trial through its reports; true where it was pruned, with the reason. */
function curve(study: Study, values: readonly number[], first = 1) {
  const { number } = study.ask()!;
  for (const [i, value] of values.entries()) {
    study.report(number, first + i, value);
    const verdict = study.shouldPrune(number);
    if (verdict.prune) {
      study.prune(number, verdict.reason);
      return { step: first + i, reason: verdict.reason };
    }
  }
  study.tell(number, values.at(-1)!);
  return null;
}

describe('median', () => {
  it('stops what is worse than half of the others at the same step', () => {
    const study = make({ type: 'median', startup: 4, warmup: 2 });
    for (const level of [1, 2, 3, 4]) expect(curve(study, [9, level, level])).toBeNull();
    // numpy.median([1, 2, 3, 4]) is 2.5
    expect(curve(study, [9, 2.4, 9])).toBeNull();
    expect(curve(study, [9, 2.6, 1])).toMatchObject({
      step: 2,
      reason: { code: 'worse_than_percentile', bar: 2.4, others: 5 },
    });
  });

  it('turns round where more is better', () => {
    const study = make({ type: 'median', startup: 2 }, 'maximize');
    curve(study, [1, 1]);
    curve(study, [3, 3]);
    expect(curve(study, [2.5, 2.5])).toBeNull();
    expect(curve(study, [1.9, 5])).toMatchObject({ step: 1, reason: { bar: 2.5, best: 1.9 } });
  });

  it('judges by the best up to the step, and stops what diverged', () => {
    const study = make({ type: 'median', startup: 1 });
    curve(study, [5, 5, 5]);
    expect(curve(study, [4, 8, 8])).toBeNull();
    expect(curve(study, [NaN])).toMatchObject({ reason: { code: 'diverged' } });
  });
});

describe('percentile', () => {
  it('draws the bar where it is told to', () => {
    const study = make({ type: 'percentile', percentile: 25, startup: 5 });
    for (const level of [1, 2, 3, 4, 5]) curve(study, [level]);
    expect(curve(study, [2])).toBeNull();
    expect(curve(study, [2.1])).toMatchObject({ reason: { bar: 2, percentile: 25 } });
  });
});

describe('patient', () => {
  it('stops what has not come further for so many reports', () => {
    const study = make({ type: 'patient', patience: 2, least: 0.1 });
    expect(curve(study, [3, 2, 1, 0.5])).toBeNull();
    expect(curve(study, [3, 2, 1.95, 1.92, 1.95, 1])).toMatchObject({
      step: 5,
      reason: { code: 'no_better_for', since: 3 },
    });
  });
});

describe('threshold', () => {
  it('stops what leaves its bounds', () => {
    const study = make({ type: 'threshold', high: 10, warmup: 2 });
    expect(curve(study, [99, 3])).toBeNull();
    expect(curve(study, [3, 11])).toMatchObject({ step: 2, reason: { code: 'above_threshold', value: 11, bar: 10 } });
    expect(curve(study, [3, NaN])).toMatchObject({ reason: { code: 'diverged' } });
    expect(() => make('threshold')).toThrow(/needs "low" or "high"/);
  });
});

describe('successive halving', () => {
  it('lets the best one in η go on from each rung, and waits for nobody', () => {
    const study = make({ type: 'halving', resource: 1, factor: 2 });
    const at = (value: number) => curve(study, [value, value, value, value]);
    expect(at(5)).toBeNull();
    expect(at(4)).toBeNull();
    // Of 4, 5 and this: one place of three at the first rung.
    expect(at(4.5)).toMatchObject({ step: 1, reason: { code: 'not_promoted', place: 2, places: 1, of: 3 } });
    // Two places of four.
    expect(at(4.2)).toMatchObject({ step: 2, reason: { rung: 1, place: 2, of: 3 } });
  });

  it('lets of equals only so many go on as there are places', () => {
    const study = make({ type: 'halving', resource: 1, factor: 2 });
    const gone = Array.from({ length: 12 }, () => curve(study, [0.9, 0.9]) === null);
    expect(gone.filter(Boolean).length).toBeLessThanOrEqual(6);
    expect(gone.filter(Boolean).length).toBeGreaterThanOrEqual(2);
  });

  it('judges at rungs only', () => {
    const study = make({ type: 'halving', resource: 3, factor: 3 });
    curve(study, [1, 1, 1]);
    const { number } = study.ask()!;
    study.report(number, 1, 99);
    expect(study.shouldPrune(number)).toEqual({ prune: false, reason: { code: 'between_rungs', step: 1, next: 3 } });
    study.report(number, 2, 99);
    study.report(number, 4, 99);
    expect(study.shouldPrune(number).reason).toMatchObject({ code: 'not_promoted', rung: 0 });
  });
});

describe('Hyperband', () => {
  it('spreads trials over its brackets', () => {
    const pruner = new HyperbandPruner({ resource: 1, whole: 27, factor: 3 });
    const counts = [0, 0, 0, 0];
    for (let number = 0; number < 49; number++) counts[pruner.bracketOf(number)]++;
    // 27, 12, 6 and 4 of 49: the shares of the paper's n = ⌈(s_max + 1) ηˢ / (s + 1)⌉.
    expect(counts).toEqual([27, 12, 6, 4]);
  });

  it('holds a trial at a rung against those of the other brackets too', () => {
    const study = make({ type: 'hyperband', resource: 1, whole: 27, factor: 3 });
    const pruner = new HyperbandPruner({ resource: 1, whole: 27, factor: 3 });
    let number = 0;
    for (; pruner.bracketOf(number) === 0; number++) curve(study, [1, 1, 1]);
    // The first of its bracket, and worse than what came so far before it.
    expect(pruner.bracketOf(number)).toBe(1);
    expect(curve(study, [9, 9, 9])).toMatchObject({ step: 3, reason: { code: 'not_promoted', rung: 1, bracket: 1 } });
  });

  it('lets one in η go on of a sampler that has learnt, too, not each for being better than what came before', () => {
    const hyperband = new HyperbandPruner({ resource: 1, whole: 27, factor: 3 });
    const share = (pruner: unknown) => {
      const study = make(pruner);
      for (let i = 0; i < 60; i++) curve(study, [10 + i]);
      // All better than those, in no order among themselves.
      const late = Array.from({ length: 60 }, (_, i) => curve(study, [((7 * i) % 60) / 60]) === null);
      // Those that are judged at the first rung.
      const judged = late.filter((_, i) => hyperband.bracketOf(60 + i) === 0);
      return judged.filter(Boolean).length / judged.length;
    };
    const amongAll = share({ type: 'halving', resource: 1, factor: 3 });
    expect(amongAll).toBeGreaterThan(0.6);
    expect(share({ type: 'hyperband', resource: 1, whole: 27, factor: 3 })).toBeLessThan(0.85 * amongAll);
  });

  it('with TPE finds as good a net as random whole trainings with 35 % of their epochs, on real curves', () => {
    const search = (sampler: string, pruner: unknown, seed: number) => {
      const study = new Study(parseStudy({ space: objectives.nets.space, sampler, pruner, seed }));
      let epochs = 0;
      for (let i = 0; i < 80; i++) {
        const { number, params } = study.ask()!;
        const errors = netErrors(params);
        let last = 0;
        const stopped = nets.epochs.some((epoch, k) => {
          epochs += epoch - last;
          last = epoch;
          study.report(number, epoch, errors[k]);
          const { prune, reason } = study.shouldPrune(number);
          if (prune) study.prune(number, reason);
          return prune;
        });
        if (!stopped) study.tell(number, errors.at(-1)!);
      }
      return { best: study.best!.values![0], epochs };
    };
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const seeds = Array.from({ length: 15 }, (_, seed) => seed);
    const whole = seeds.map((seed) => search('random', 'none', seed));
    const pruned = seeds.map((seed) => search('tpe', { type: 'hyperband', whole: 27 }, seed));
    expect(mean(pruned.map(({ epochs }) => epochs))).toBeLessThan(0.35 * 80 * 27);
    expect(mean(pruned.map(({ best }) => best))).toBeLessThan(mean(whole.map(({ best }) => best)) + 0.002);
  });
});

it('several objectives are not pruned', () => {
  expect(() => parseStudy({ space, directions: ['minimize', 'minimize'], pruner: 'median' })).toThrow(
    expect.objectContaining({ code: 'pruner_unsuitable' }),
  );
});
