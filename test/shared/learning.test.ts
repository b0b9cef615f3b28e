import { describe, expect, it } from 'vitest';
import { checkedLearning, lossesFor, resolvedWeights, type LearningSettings } from '../../src-main/shared/learning.ts';

const classes = ['ham', 'spam', 'a=b'];
const checked = (given: LearningSettings, about: Partial<Parameters<typeof checkedLearning>[1]> = {}) =>
  checkedLearning(given, { task: 'classification', schedule: 'cosine', classes, onCard: false, ...about });
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'invalid_settings', message: expect.stringMatching(message) as string });

describe('how a run learns', () => {
  it('says only what is not as usual', () => {
    expect(checked({})).toEqual({});
    const usual = {
      loss: 'cross-entropy',
      labelSmoothing: 0,
      clipNorm: 0,
      accumulate: 1,
      average: 0,
      warmup: 0,
    } as const;
    expect(checked({ ...usual, classWeights: { ham: 1 }, focalGamma: 2 })).toEqual({});
    expect(checked({ warmup: 0.05 }, { schedule: 'linear' })).toEqual({});
    expect(checked({ warmup: 0 }, { schedule: 'linear' })).toEqual({ warmup: 0 });
    expect(checked({ labelSmoothing: 0.1, classWeights: { spam: 5, ham: 1 } })).toEqual({
      labelSmoothing: 0.1,
      classWeights: { spam: 5 },
    });
    expect(checked({ loss: 'huber', huberDelta: 0.5, clipNorm: 1 }, { task: 'regression' })).toEqual({
      loss: 'huber',
      huberDelta: 0.5,
      clipNorm: 1,
    });
  });

  it('has mixed precision on graphics cards', () => {
    expect(checked({ precision: 'mixed' }, { onCard: true })).toEqual({ precision: 'mixed' });
    expect(checked({ precision: 'single' })).toEqual({});
    expect(() => checked({ precision: 'mixed' })).toThrow('would run on the processor. Choose --device webgpu or cuda');
    expect(() => checked({ precision: 'mixed' }, { onCard: true, task: 'generation' })).toThrow(
      'does not go with two nets',
    );
  });

  it('has a usual loss where there is a choice', () => {
    expect(lossesFor('classification')[0]).toBe('cross-entropy');
    expect(lossesFor('regression')[0]).toBe('mse');
    expect([lossesFor('language'), lossesFor('reconstruction'), lossesFor(null)]).toEqual([[], [], []]);
  });

  it.each<[string, LearningSettings, Parameters<typeof checked>[1], RegExp]>([
    ['a loss for numbers', { loss: 'huber' }, {}, /loss=huber.*Choose of: cross-entropy, focal/],
    ['a loss where there is no choice', { loss: 'mse' }, { task: 'language' }, /Leave it out/],
    ['smoothing with focal', { loss: 'focal', labelSmoothing: 0.1 }, {}, /labelSmoothing=0.1/],
    ['smoothing of numbers', { labelSmoothing: 0.1 }, { task: 'regression' }, /goes with classes/],
    ['too much smoothing', { labelSmoothing: 1 }, {}, /from 0 to 0.9/],
    ['what is no number', { clipNorm: NaN }, {}, /clipNorm=NaN/],
    ['half a batch', { accumulate: 1.5 }, {}, /accumulate=1.5.*whole number from 1/],
    ['an average that never forgets', { average: 1 }, {}, /average=1/],
    ['a focus without focal', { focalGamma: 3 }, {}, /focalGamma=3.*loss=focal/],
    ['a delta without huber', { huberDelta: 2 }, { task: 'regression' }, /huberDelta=2.*loss=huber/],
    ['warm-up of one cycle', { warmup: 0.1 }, { schedule: 'one-cycle' }, /one-cycle/],
    ['warm-up of a plateau', { warmup: 0.1 }, { schedule: 'plateau' }, /plateau/],
    ['an average of two nets', { average: 0.9 }, { task: 'generation' }, /two nets/],
    ['weights without classes', { classWeights: 'balanced' }, { task: 'regression', classes: [] }, /Leave them out/],
    ['weights of an unknown class', { classWeights: { eggs: 2 } }, {}, /no class "eggs".*ham, spam, a=b/],
    ['a class that counts nothing', { classWeights: { ham: 0 } }, {}, /ham=0 is out of range/],
    ['a weight that is none', { classWeights: { ham: NaN } }, {}, /ham=NaN/],
  ])('%s is refused', (_, given, about, message) => {
    expect(() => checked(given, about)).toThrow(refused(message));
  });

  it('balances classes as scikit-learn does', () => {
    // compute_class_weight('balanced', classes=[0, 1, 2], y=[0]*6 + [1]*3 + [2]) of scikit-learn 1.2.
    const labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
    const wanted = [0.5555555555555556, 1.1111111111111112, 3.3333333333333335];
    resolvedWeights('balanced', classes, labels).forEach((weight, i) => expect(weight).toBeCloseTo(wanted[i], 14));
    // Of a class that does not occur nothing is known; it is not one of those among which it is divided.
    expect(resolvedWeights('balanced', classes, [0, 0, 0, 2])).toEqual([4 / 6, 1, 2]);
    expect(resolvedWeights({ 'a=b': 3 }, [...classes, 'toString'], labels)).toEqual([1, 1, 3, 1]);
  });
});
