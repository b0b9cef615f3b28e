import { describe, expect, it } from 'vitest';
import { candidates, draw, logProbabilities, nothingBefore, sampled } from '../../src-main/generation/sampling.ts';
import { largest } from '../../src-main/generation/largest.ts';
import type { SamplingSettings } from '../../src-main/shared/generation.ts';
import { Random } from '../../src-main/shared/random.ts';
import { plainSampling } from '../support/plain-sampling.ts';

const logits = (count: number, seed: number, spread = 3): Float32Array => {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => spread * random.normal());
};
const softmax = (scores: readonly number[]): number[] => {
  const weights = scores.map(Math.exp);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
};

/** Written from the papers, one filter after another over the whole distribution. */
function reference(scores: Float32Array, { temperature, topK, topP, minP }: SamplingSettings): Map<number, number> {
  let alive = softmax([...scores].map((score) => score / temperature)).map((p, token) => ({ p, token }));
  const again = () => {
    const sum = alive.reduce((all, { p }) => all + p, 0);
    alive = alive.map(({ p, token }) => ({ p: p / sum, token }));
  };
  alive.sort((a, b) => b.p - a.p || a.token - b.token);
  if (topK > 0) alive = alive.slice(0, topK);
  again();
  if (topP < 1) {
    let sum = 0;
    alive = alive.filter(({ p }) => {
      const wanted = sum < topP;
      sum += p;
      return wanted;
    });
    again();
  }
  alive = alive.filter(({ p }) => p >= minP * alive[0].p);
  again();
  return new Map(alive.map(({ p, token }) => [token, p]));
}

/** Upper 99.9 % points of chi-square (Wilson and Hilferty). */
const chiSquareLimit = (degrees: number): number =>
  degrees * (1 - 2 / (9 * degrees) + 3.09 * Math.sqrt(2 / (9 * degrees))) ** 3;

const cases: Partial<SamplingSettings>[] = [
  {},
  { temperature: 0.7 },
  { temperature: 1.8 },
  { topK: 5 },
  { topP: 0.9 },
  { minP: 0.1 },
  { topK: 40, topP: 0.8, minP: 0.02, temperature: 1.3 },
  { topP: 0.9999 },
  { topK: 1 },
];

describe('what may be drawn', () => {
  it.each(cases)('is what the filters leave, as probable as they say: %o', (some) => {
    const settings = { ...plainSampling, ...some };
    for (const count of [2, 30, 3000]) {
      const scores = logits(count, count);
      const { tokens, probabilities } = candidates(scores, settings);
      const expected = reference(scores, settings);
      expect([...tokens]).toEqual([...expected.keys()]);
      tokens.forEach((token, i) => expect(probabilities[i]).toBeCloseTo(expected.get(token)!, 12));
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });
  it.each(cases)('is drawn that often (chi-square, 99.9 %%): %o', (some) => {
    const found = candidates(logits(12, 7, 1), { ...plainSampling, ...some });
    const random = new Random(42);
    const draws = 20_000;
    const seen = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const token = draw(found, random);
      seen.set(token, (seen.get(token) ?? 0) + 1);
    }
    let statistic = 0;
    found.tokens.forEach((token, i) => {
      const expected = draws * found.probabilities[i];
      statistic += ((seen.get(token) ?? 0) - expected) ** 2 / expected;
    });
    expect([...seen.keys()].every((token) => found.tokens.includes(token))).toBe(true);
    if (found.tokens.length > 1) expect(statistic).toBeLessThan(chiSquareLimit(found.tokens.length - 1));
  });
  it.each([...cases, { temperature: 0 }])('is drawn without the whole order as with it: %o', (some) => {
    const settings = { ...plainSampling, ...some };
    for (const [count, spread] of [
      [3, 1],
      [3000, 3],
      [3000, 0.01],
    ]) {
      const scores = logits(count, count, spread);
      const [one, other] = [new Random(9), new Random(9)];
      for (let i = 0; i < 40; i++) {
        const token = sampled(scores, settings, nothingBefore, null, one);
        expect(token).toBe(draw(candidates(scores, settings), other));
      }
    }
  });
  it('is the likeliest alone at temperature 0, whatever else is asked', () => {
    const scores = Float32Array.of(1, 3, 3, 2);
    const found = candidates(scores, { ...plainSampling, temperature: 0, topK: 3 });
    expect([...found.tokens]).toEqual([1]);
  });
  it('repeats with its seed', () => {
    const found = candidates(logits(100, 3), plainSampling);
    const drawn = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 50 }, () => draw(found, random));
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });
  it('leaves out what is not allowed, however probable', () => {
    const found = candidates(Float32Array.of(9, 1, 8, 2), plainSampling, undefined, (token) => token % 2 === 1);
    expect([...found.tokens]).toEqual([3, 1]);
    expect(() => candidates(Float32Array.of(1, 2), plainSampling, undefined, () => false)).toThrow(/allowed/);
  });
  it('heeds penalties: by what was there, and by what was written and how often', () => {
    const scores = Float32Array.of(2, -2, 1, 1);
    const before = { all: new Set([0, 1]), written: new Map([[2, 3]]) };
    const settings = { ...plainSampling, repetitionPenalty: 2, presencePenalty: 0.5, frequencyPenalty: 0.25 };
    const { tokens, probabilities } = candidates(scores, settings, before);
    const expected = softmax([1, -4, 1 - 0.5 - 3 * 0.25, 1]);
    tokens.forEach((token, i) => expect(probabilities[i]).toBeCloseTo(expected[token], 12));
  });
  it('does without a logit that is no number', () => {
    expect([...candidates(Float32Array.of(NaN, 1, -Infinity), plainSampling).tokens]).toEqual([1]);
  });
});

it('the model’s own probabilities sum to 1', () => {
  const found = logProbabilities(logits(5000, 1, 10));
  expect(found.reduce((sum, one) => sum + Math.exp(one), 0)).toBeCloseTo(1, 12);
});

it('the largest are those that sorting finds', () => {
  const random = new Random(5);
  for (const count of [0, 1, 7, 100, 100]) {
    const numbers = Float64Array.from({ length: 100 }, () => random.below(30));
    const sorted = [...numbers.keys()].sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, count);
    expect([...largest(numbers, count)]).toEqual(sorted);
    const infinite = numbers.map((number) => (number > 20 ? Infinity : number < 5 ? -Infinity : number));
    const again = [...infinite.keys()].sort((a, b) =>
      infinite[a] === infinite[b] ? a - b : infinite[b] - infinite[a],
    );
    expect([...largest(infinite, count)]).toEqual(again.slice(0, count));
  }
  expect([...largest(Float64Array.of(NaN, 1, NaN, 2), 3)]).toEqual([3, 1, 0]);
});
