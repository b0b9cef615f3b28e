import { expect, it } from 'vitest';
import { divideByTime } from '../../../src-main/datasets/divide/time.ts';
import { countSplits } from '../../../src-main/datasets/splits.ts';

const fractions = { validation: 0.2, test: 0.2 };

it('trains on the oldest and tests on the newest', () => {
  const times = Float64Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
  const { split, begins } = divideByTime(times, fractions);
  expect(countSplits(split)).toEqual({ train: 60, validation: 20, test: 20 });
  expect(begins).toEqual({ validation: 60, test: 80 });
  times.forEach((time, i) => expect(split[i]).toBe(time < 60 ? 0 : time < 80 ? 1 : 2));
});

it('never parts samples of one time, and cuts where it is nearest to the shares', () => {
  const times = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 2, 2, 3);
  const { split } = divideByTime(times, { validation: 0.2, test: 0.1 });
  expect([...split]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
  expect([...divideByTime(times, { validation: 0.4, test: 0.1 }).split]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);
});

it('puts samples without a time into training', () => {
  const { split } = divideByTime(Float64Array.of(NaN, 4, 3, 2, 1, 0), fractions);
  expect([...split]).toEqual([0, 2, 1, 0, 0, 0]);
});

it('leaves empty what all being of one time makes impossible', () => {
  const { split, begins } = divideByTime(new Float64Array(10).fill(5), fractions);
  expect(countSplits(split)).toEqual({ train: 10, validation: 0, test: 0 });
  expect(begins).toEqual({ validation: null, test: null });
});
