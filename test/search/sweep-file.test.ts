import { describe, expect, it } from 'vitest';
import { parseStudy } from '../../src-main/search/study-file.ts';
import { isSweep, studyOfSweep } from '../../src-main/search/sweep-file.ts';

const sweep = {
  program: 'train.py',
  project: 'digits',
  name: 'rates',
  method: 'bayes',
  metric: { name: 'accuracy', goal: 'maximize' },
  run_cap: 40,
  early_terminate: { type: 'hyperband', max_iter: 27, s: 2, eta: 3 },
  parameters: {
    lr: { distribution: 'log_uniform_values', min: 1e-5, max: 0.1 },
    old: { distribution: 'log_uniform', min: -9, max: 0 },
    batch: { values: [16, 32, 64] },
    layers: { min: 1, max: 4 },
    dropout: { min: 0, max: 0.5 },
    half: { distribution: 'q_uniform', min: 0, max: 4, q: 0.5 },
    epochs: { value: 9 },
  },
};

describe('a sweep of Weights & Biases', () => {
  it('is the study that it describes', () => {
    expect(isSweep(sweep)).toBe(true);
    expect(isSweep({ space: {}, method: 'x' })).toBe(false);
    const study = studyOfSweep(sweep);
    expect(study).toEqual({
      ...{ name: 'rates', metric: 'accuracy', direction: 'maximize', sampler: 'tpe', trials: 40 },
      pruner: { type: 'halving', resource: 3, factor: 3 },
      space: {
        lr: { type: 'float', low: 1e-5, high: 0.1, log: true },
        old: { type: 'float', low: Math.exp(-9), high: 1, log: true },
        batch: { type: 'categorical', choices: [16, 32, 64] },
        layers: { type: 'int', low: 1, high: 4 },
        dropout: { type: 'float', low: 0, high: 0.5 },
        half: { type: 'float', low: 0, high: 4, step: 0.5 },
        epochs: { type: 'categorical', choices: [9] },
      },
    });
    const { metric: _metric, trials: _trials, ...searched } = study;
    expect(() => parseStudy(searched)).not.toThrow();
  });

  it.each([
    [{ ...sweep, method: 'hyper' }, /^method: is "hyper"/],
    [
      { ...sweep, parameters: { x: { distribution: 'normal', mu: 0, sigma: 1 } } },
      /^parameters\.x\.distribution: is "normal"/,
    ],
    [{ ...sweep, parameters: { x: { min: 0 } } }, /^parameters\.x: needs numbers/],
    [{ ...sweep, parameters: { x: { parameters: { y: { value: 1 } } } } }, /^parameters\.x: is a group/],
    [{ ...sweep, metric: { name: 'a', goal: 'up' } }, /^metric\.goal/],
    [{ ...sweep, early_terminate: { type: 'envelope' } }, /^early_terminate\.type/],
    [{ ...sweep, early_terminate: { type: 'hyperband' } }, /^early_terminate: needs min_iter/],
    [{ ...sweep, metod: 1 }, /^metod: is no field of a sweep/],
    [{ method: 'random' }, /^parameters: must be an object/],
  ])('says what a study has no form for', (written, what) => {
    expect(() => studyOfSweep(written)).toThrow(expect.objectContaining({ code: 'invalid_study' }));
    expect(() => studyOfSweep(written)).toThrow(what);
  });
});
