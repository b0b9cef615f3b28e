import { describe, expect, it } from 'vitest';
import { withEpochs } from '../../src-main/jobs/add-epochs.ts';
import { ratesOf } from '../../src-main/utility/work/rates.ts';
import { trainSettings } from '../support/train-here.ts';

const stepsPerEpoch = 10;
const settings = trainSettings('mlp', { epochs: 4, learningRate: 0.1, schedule: 'cosine' });
const rateAt = (of: typeof settings, step: number, start?: number) => {
  const rates = ratesOf(of, stepsPerEpoch, start);
  if (!('rate' in rates)) throw new Error('It follows the loss.');
  return rates.rate(step);
};
/** Loshchilov and Hutter, arXiv 1608.03983, equation 5, with a least rate of 0. */
const cosine = (rate: number, step: number, steps: number) => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2;

describe('the learning rate of added epochs', () => {
  const twice = withEpochs(
    withEpochs(settings, { step: 40, epoch: 4 }, { epochs: 2 }),
    { step: 60, epoch: 6 },
    { epochs: 3, learningRate: 0.02, schedule: 'constant' },
  );

  it('goes over each stretch by its own schedule, and before as it was', () => {
    expect(twice).toMatchObject({ epochs: 9, stretches: [{ epochsBefore: 4 }, { epochsBefore: 6 }] });
    for (const step of [0, 7, 39]) expect(rateAt(twice, step)).toBeCloseTo(cosine(0.1, step, 40), 12);
    for (const step of [40, 55, 59]) expect(rateAt(twice, step)).toBeCloseTo(cosine(0.1, step - 40, 20), 12);
    for (const step of [60, 89]) expect(rateAt(twice, step)).toBe(0.02);
  });

  it('keeps another player’s in proportion', () => {
    expect(rateAt(twice, 45, 0.4)).toBeCloseTo(4 * rateAt(twice, 45), 12);
    expect(rateAt(twice, 70, 0.4)).toBeCloseTo(0.08, 12);
  });

  it('begins in mid-epoch where the run was stopped there, and counts from the epochs done', () => {
    const stopped = withEpochs(settings, { step: 23, epoch: 2 }, { epochs: 3 });
    expect(stopped.epochs).toBe(5);
    expect(rateAt(stopped, 22)).toBeCloseTo(cosine(0.1, 22, 40), 12);
    expect(rateAt(stopped, 23)).toBeCloseTo(0.1, 12);
    expect(rateAt(stopped, 49)).toBeCloseTo(cosine(0.1, 26, 27), 12);
  });

  it('of one that followed the loss stays where that had taken it', () => {
    const plateau = { ...settings, schedule: 'plateau' as const };
    const added = withEpochs(plateau, { step: 40, epoch: 4, plateau: { rate: 0.0125 } }, { epochs: 2 });
    expect(added.stretches).toMatchObject([{ learningRate: 0.0125, schedule: 'constant' }]);
    expect(rateAt(added, 50)).toBeCloseTo(0.0125, 12);
  });

  it('has an end', () => {
    expect(() => withEpochs(settings, { step: 1, epoch: 9_999 }, { epochs: 2 })).toThrow(/10000 epochs at most/);
  });
});
