import { describe, expect, it } from 'vitest';
import { parseStudy } from '../../src-main/search/study-file.ts';
import { Study } from '../../src-main/search/study.ts';

const space = {
  lr: { type: 'float', low: 1e-5, high: 1, log: true },
  depth: { type: 'int', low: 1, high: 12 },
  kind: { type: 'categorical', choices: ['a', 'b'] },
  extra: { type: 'float', low: 0, high: 1, when: { kind: 'a' } },
};
const study = (more: object = {}) => new Study(parseStudy({ space, sampler: 'random', ...more }));

describe('a study', () => {
  it('asks, is told, and knows its best', () => {
    const max = study({ direction: 'maximize' });
    for (const value of [1, 5, 3]) max.tell(max.ask()!.number, value);
    expect(max.best).toMatchObject({ number: 1, values: [5], state: 'complete' });
    const min = study();
    for (const value of [1, 5, -3]) min.tell(min.ask()!.number, value);
    expect(min.best).toMatchObject({ number: 2, values: [-3] });
  });

  it('has no best before a trial is complete', () => {
    const one = study();
    one.tell(one.ask()!.number, { failed: { code: 'crashed' } });
    one.ask();
    expect(one.best).toBeNull();
    expect(one.history.counts).toMatchObject({ running: 1, failed: 1, complete: 0 });
  });

  it.each([NaN, Infinity, -Infinity])('takes %s for a failure', (value) => {
    const one = study();
    expect(one.tell(one.ask()!.number, value)).toMatchObject({
      state: 'failed',
      values: null,
      ended: { code: 'not_finite', value: String(value) },
    });
  });

  it('prefers what keeps the limits, and comes nearest where nothing does', () => {
    const one = study();
    one.tell(one.ask()!.number, { values: [1], violations: [0.5, -1] });
    one.tell(one.ask()!.number, { values: [9], violations: [0.2, 0] });
    expect(one.best!.number).toBe(1);
    one.tell(one.ask()!.number, { values: [20], violations: [-1, 0] });
    expect(one.best!.number).toBe(2);
  });

  it('weighs each excess by the scale of its limit', () => {
    // 40,000 bytes of 200,000 over, or 1 ms of 2.
    const one = new Study({
      ...parseStudy({ space: { x: { type: 'float', low: 0, high: 1 } } }),
      limitScales: [200_000, 2],
    });
    one.tell(one.ask()!.number, { values: [1], violations: [40_000, -1] });
    one.tell(one.ask()!.number, { values: [1], violations: [-1, 1] });
    expect(one.best!.number).toBe(0);
  });

  it('keeps the Pareto front of several objectives', () => {
    const two = study({ directions: ['minimize', 'maximize'] });
    for (const values of [
      [1, 1],
      [2, 3],
      [3, 2],
      [1, 1],
      [0, 0],
    ])
      two.tell(two.ask()!.number, values);
    expect(two.front.map(({ number }) => number)).toEqual([0, 1, 3, 4]);
    expect(() => two.tell(two.ask()!.number, 1)).toThrow(expect.objectContaining({ code: 'invalid_value' }));
  });

  it('tries what was queued first and fills in what it does not say', () => {
    const one = study();
    one.enqueue({ kind: 'a', depth: 3 });
    const asked = one.ask()!;
    expect(asked).toMatchObject({ number: 0, params: { kind: 'a', depth: 3 }, why: { code: 'given' } });
    expect(Object.keys(asked.params).sort()).toEqual(['depth', 'extra', 'kind', 'lr']);
    expect(() => one.enqueue({ depth: 13 })).toThrow(expect.objectContaining({ code: 'outside_space' }));
    expect(() => one.enqueue({ width: 1 })).toThrow(/"width" is not a parameter/);
  });

  it('takes in what is known from elsewhere', () => {
    const one = study();
    one.add({ lr: 0.1, depth: 2, kind: 'b' }, [0.25]);
    expect(one.best).toMatchObject({ values: [0.25], why: { code: 'known' } });
    expect(() => one.add({ lr: 0.1, depth: 2, kind: 'a' }, [0.25])).toThrow(/"extra" has no value/);
  });

  it('keeps reports and refuses steps that do not rise', () => {
    const one = study();
    const { number } = one.ask()!;
    one.report(number, 1, 0.5);
    one.report(number, 3, NaN);
    expect(() => one.report(number, 3, 0.4)).toThrow(expect.objectContaining({ code: 'invalid_report' }));
    expect(one.prune(number, { code: 'stopped' })).toMatchObject({
      state: 'pruned',
      values: null,
      reports: [
        [1, 0.5],
        [3, NaN],
      ],
    });
  });

  it('tells nothing twice', () => {
    const one = study();
    const { number } = one.ask()!;
    one.tell(number, 1);
    expect(() => one.tell(number, 2)).toThrow(expect.objectContaining({ code: 'trial_not_running' }));
    expect(() => one.report(7, 1, 2)).toThrow(expect.objectContaining({ code: 'unknown_trial' }));
    expect(one.trials[0].values).toEqual([1]);
  });

  it('refuses records with a gap or outside of its space', () => {
    const one = study();
    one.tell(one.ask()!.number, 1);
    const [record] = one.trials;
    const again = (...records: (typeof record)[]) => new Study(one.definition, records);
    expect(again(record).best!.values).toEqual([1]);
    expect(() => again({ ...record, number: 1 })).toThrow(expect.objectContaining({ code: 'invalid_trials' }));
    expect(() => again({ ...record, params: { lr: 9 } })).toThrow(expect.objectContaining({ code: 'outside_space' }));
  });
});

describe('a study file', () => {
  it.each([
    ['CMA-ES', 'cma-es'],
    ['cmaes', 'cma-es'],
    ['CmaEsSampler', 'cma-es'],
    ['TPE', 'tpe'],
    ['qmc', 'sobol'],
    ['NSGA-II', 'nsga2'],
    ['NSGAIISampler', 'nsga2'],
    ['GP', 'gp'],
  ])('takes %s for the sampler %s', (written, type) => {
    const numbers = { x: { type: 'float', low: 0, high: 1 } };
    expect(parseStudy({ space: numbers, sampler: written }).sampler.type).toBe(type);
    expect(parseStudy({ space: numbers, sampler: { type: written } }).sampler.type).toBe(type);
  });

  it.each([
    ['SuccessiveHalvingPruner', 'halving'],
    ['successive_halving', 'halving'],
    ['Hyperband', 'hyperband'],
    ['MedianPruner', 'median'],
    ['NopPruner', 'none'],
  ])('takes %s for the pruner %s', (written, type) => {
    expect(parseStudy({ space, pruner: written }).pruner.type).toBe(type);
  });

  it.each([
    [{ direction: 'up', space }, /direction: is "up"/],
    [{ direction: 'minimize', directions: ['minimize'], space }, /leave one out/],
    [{ directions: [], space }, /one to eight/],
    [{ sampler: 'magic', space }, /sampler: is "magic"; it must be one of random, grid/],
    [{ sampler: { type: 'tpe', startup: 0 }, space }, /sampler\.startup: is 0; it must be a whole number from 1/],
    [{ sampler: { type: 'random', startup: 1 }, space }, /sampler\.startup: means nothing for random/],
    [{ pruner: 3, space }, /pruner: must be a name or an object/],
    [{ seed: -1, space }, /seed: must be a whole number/],
    [{ name: '', space }, /name: must be/],
    [{ spaces: {} }, /spaces: is no field of a study/],
    ['tpe', /A study is an object/],
  ])('is refused with its place: %j', (written, message) => {
    expect(() => parseStudy(written)).toThrow(expect.objectContaining({ code: 'invalid_study' }));
    expect(() => parseStudy(written)).toThrow(message);
  });
});
