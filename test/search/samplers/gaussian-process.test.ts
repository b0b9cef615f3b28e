import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  defaultHyperparameters,
  fitHyperparameters,
  GaussianProcess,
  negativeLogPosterior,
} from '../../../src-main/search/samplers/gaussian-process.ts';
import type { Params } from '../../../src-main/search/space/parameter.ts';
import { parseStudy } from '../../../src-main/search/study-file.ts';
import { Study } from '../../../src-main/search/study.ts';
import { otherObjectives } from '../../support/other-objectives.ts';

interface Case {
  x: number[][];
  y: number[];
  at: number[][];
  lengths: number[];
  signal: number;
  noise: number;
  mean: number[];
  deviation: number[];
  likelihood: number;
  slope: number[];
}
// Made by test/fixtures/sklearn/gaussian-process.py.
const cases = JSON.parse(
  readFileSync(new URL('../../fixtures/sklearn/gaussian-process.json', import.meta.url), 'utf8'),
) as Case[];
const theta = ({ lengths, signal, noise }: Case) =>
  Float64Array.from([...lengths.map((length) => -2 * Math.log(length)), Math.log(signal), Math.log(noise)]);
const numbers = ({ lengths }: Case) => lengths.map(() => false);

describe.each(cases)('a Gaussian process over $lengths.length dimensions', (one) => {
  it('foretells what scikit-learn foretells, to 1e-6', () => {
    const process = new GaussianProcess(one.x, one.y, numbers(one), theta(one));
    one.at.forEach((point, i) => {
      const { mean, variance } = process.predict(point);
      expect(mean).toBeCloseTo(one.mean[i], 6);
      expect(Math.sqrt(variance)).toBeCloseTo(one.deviation[i], 6);
    });
  });

  it('has the likelihood of scikit-learn, but for the priors', () => {
    const d = one.lengths.length;
    const gradient = new Float64Array(d + 2);
    const value = negativeLogPosterior(one.x, one.y, numbers(one))(theta(one), gradient);
    const scales = one.lengths.map((length) => length ** -2);
    const prior =
      scales.reduce((sum, scale) => sum + 0.1 / scale + 0.1 * scale, 0) +
      one.signal -
      Math.log(one.signal) +
      30 * one.noise -
      0.1 * Math.log(one.noise);
    expect(value - prior).toBeCloseTo(-one.likelihood - (one.x.length / 2) * Math.log(2 * Math.PI), 6);
    // Theirs is by log ℓ, ours by log 1/ℓ².
    expect(-(gradient[d] - (one.signal - 1))).toBeCloseTo(one.slope[0], 6);
    scales.forEach((scale, k) => {
      expect(2 * (gradient[k] - (0.1 * scale - 0.1 / scale))).toBeCloseTo(one.slope[k + 1], 6);
    });
  });

  it('has the gradients of its predictions', () => {
    const process = new GaussianProcess(one.x, one.y, numbers(one), theta(one));
    const along = one.lengths.map((_, i) => i);
    for (const point of one.at) {
      const there = process.predictWithGradient(point, along);
      expect(there.mean).toBeCloseTo(process.predict(point).mean, 8);
      along.forEach((axis) => {
        const moved = (by: number) => process.predict(point.map((value, i) => (i === axis ? value + by : value)));
        const h = 1e-5;
        expect(there.meanSlope[axis]).toBeCloseTo((moved(h).mean - moved(-h).mean) / (2 * h), 4);
        expect(there.varianceSlope[axis]).toBeCloseTo((moved(h).variance - moved(-h).variance) / (2 * h), 4);
      });
    }
  });
});

describe('its hyperparameters', () => {
  it('find out which dimension matters', () => {
    const [, , { x }] = cases;
    const y = x.map((point) => Math.sin(6 * point[2]));
    const found = fitHyperparameters(x, y, Array<boolean>(6).fill(false), [defaultHyperparameters(6)], 60);
    const scales = [...found.slice(0, 6)];
    expect(scales.indexOf(Math.max(...scales))).toBe(2);
    expect(Math.exp(found[2] / 2)).toBeGreaterThan(4 * Math.exp(found[0] / 2));
  });

  it('tell categories and what is not active apart', () => {
    const points = [
      [0, NaN],
      [0, NaN],
      [1, 0.2],
      [1, 0.8],
      [2, NaN],
    ];
    const values = [1, 1, -1, -0.5, 0];
    const process = new GaussianProcess(points, values, [true, false], [1, 1, 0, -6]);
    expect(process.predict([0, NaN]).mean).toBeCloseTo(1, 1);
    expect(process.predict([1, 0.2]).mean).toBeCloseTo(-1, 1);
    expect(process.predict([2, NaN]).variance).toBeLessThan(process.predict([3, NaN]).variance);
  });
});

describe('a search by it', () => {
  const placesOf = (
    space: Record<string, unknown>,
    seed: number,
    trials: number,
    value: (params: Params) => number,
  ) => {
    const study = new Study(parseStudy({ space, sampler: 'gp', seed }));
    return Array.from({ length: trials }, () => {
      const { number, params } = study.ask()!;
      study.tell(number, value(params));
      return JSON.stringify(params);
    });
  };

  it('does not go to the same corner again and again where the bumps look like noise', () => {
    const { space, value } = otherObjectives.schwefel2;
    const places = placesOf(space, 1, 25, value);
    expect(new Set(places).size).toBe(25);
  });

  it('tries every setting of a small space once before any twice', () => {
    const space = { n: { type: 'int', low: 1, high: 8 }, kind: { type: 'categorical', choices: ['a', 'b', 'c'] } };
    const value = ({ n, kind }: Params) => ((n as number) - 3) ** 2 + (kind === 'b' ? 0 : 1);
    const places = placesOf(space, 0, 26, value);
    expect(new Set(places.slice(10, 24)).size).toBe(14);
    expect(new Set(places).size).toBe(24);
  });
});
