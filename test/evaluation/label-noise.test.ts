import { describe, expect, it } from 'vitest';
import { ambiguousPairs, hardest, margins } from '../../src-main/evaluation/hard-samples.ts';
import { labelNoise } from '../../src-main/evaluation/label-noise.ts';
import { classesNearby, classesOfLikeTexts, smallPictures } from '../../src-main/evaluation/neighbours.ts';
import { farOut, neighbourDistances } from '../../src-main/evaluation/outliers.ts';
import { classesByWords } from '../../src-main/evaluation/word-counts.ts';
import { Random } from '../../src-main/shared/random.ts';
import { multiply } from '../support/multiply.ts';

const pause = () => Promise.resolve();

describe('label noise', () => {
  it('is what the labels are likeliest by', async () => {
    // A model that is sure of two classes, of each of which a tenth of the labels is the other.
    const truth = Int32Array.from({ length: 400 }, (_, i) => i % 2);
    const labels = truth.map((is, i) => (i % 20 < 2 ? 1 - is : is));
    const p = Float32Array.from({ length: 800 }, (_, at) => (truth[at >> 1] === at % 2 ? 0.99 : 0.01));
    const { noise, errors } = await labelNoise([p], labels, 2, pause);
    // A model that is sure to a hundredth: of its doubts it is not known what they are.
    expect(noise).toBeGreaterThan(0.085);
    expect(noise).toBeLessThan(0.105);
    expect(errors.map(({ sample }) => sample).sort((a, b) => a - b)).toEqual(
      [...labels.keys()].filter((i) => labels[i] !== truth[i]),
    );
    for (const { sample, likelier } of errors) expect(likelier).toBe(truth[sample]);
  });

  it('takes no witness at its word who is often sure of what is not so', async () => {
    const random = new Random(3);
    const [n, k] = [2000, 4];
    const truth = Int32Array.from({ length: n }, () => random.below(k));
    const labels = truth.map((is, i) => (i % 20 === 0 ? (is + 1 + random.below(k - 1)) % k : is));
    const sayings = (right: number): Float32Array => {
      const p = new Float32Array(n * k).fill(0.02 / (k - 1));
      truth.forEach((is, i) => (p[i * k + (random.uniform() < right ? is : random.below(k))] = 0.98));
      return p;
    };
    const [model, other] = [sayings(0.9), sayings(0.85)];
    const found = (await labelNoise([model, other], labels, k, pause)).errors;
    const right = found.filter(({ sample }) => sample % 20 === 0).length;
    expect(right / 100).toBeGreaterThanOrEqual(0.9);
    expect(right / found.length).toBeGreaterThanOrEqual(0.75);
    // Alone it cannot tell its own mistakes, 7.5 % of all, from those of the labels.
    expect(found.length).toBeLessThan((await labelNoise([model], labels, k, pause)).errors.length);
  });

  it('is none where there are no samples, or only one class', async () => {
    expect(await labelNoise([new Float32Array(0)], new Int32Array(0), 3, pause)).toEqual({ noise: 0, errors: [] });
    expect(await labelNoise([Float32Array.of(1, 1)], Int32Array.of(0, 0), 1, pause)).toMatchObject({ errors: [] });
    const { errors } = await labelNoise([Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.3, 0.1)], Int32Array.of(0, 0), 3, pause);
    expect(errors.every(({ sample }) => sample === 0)).toBe(true);
  });

  it('finds planted errors by witnesses that are right nearly always', async () => {
    const random = new Random(5);
    const [n, k] = [3000, 6];
    const truth = Int32Array.from({ length: n }, () => random.below(k));
    const labels = truth.slice();
    const planted = new Set<number>();
    for (let i = 0; i < n; i += 20) {
      // Errors go from each class to the next one most of the time, as real ones do.
      labels[i] = (truth[i] + (random.uniform() < 0.7 ? 1 : 1 + random.below(k - 1))) % k;
      planted.add(i);
    }
    const saying = (right: number): Float32Array => {
      const p = new Float32Array(n * k);
      truth.forEach((is, i) => {
        const seen = random.uniform() < right ? is : random.below(k);
        const logits = Array.from({ length: k }, (_, c) => random.normal() + (c === seen ? 5 : 0));
        const sum = logits.reduce((total, each) => total + Math.exp(each), 0);
        logits.forEach((each, c) => (p[i * k + c] = Math.exp(each) / sum));
      });
      return p;
    };
    const { errors, noise } = await labelNoise([saying(0.97), saying(0.9)], labels, k, pause);
    const right = errors.filter(({ sample }) => planted.has(sample)).length;
    expect(right / planted.size).toBeGreaterThanOrEqual(0.9);
    expect(right / errors.length).toBeGreaterThanOrEqual(0.9);
    expect(noise).toBeGreaterThan(0.04);
    expect(noise).toBeLessThan(0.1);
  });

  it.each([0.03, 0.05, 0.1, 0.2])(
    'takes classes that anyone mixes up for no noise, of %f wrong labels',
    async (share) => {
      const random = new Random(11);
      const [n, k] = [4000, 10];
      // A sample of class 0 or 1 may be either, and two witnesses say the same of how likely each is.
      const said = new Float32Array(n * k);
      const wrong = new Set<number>();
      const labels = Int32Array.from({ length: n }, (_, i) => {
        const is = random.below(k);
        const logs = Array.from({ length: k }, (__, c) => random.normal() + (c === is || (is < 2 && c < 2) ? 7 : 0));
        const sum = logs.reduce((total, each) => total + Math.exp(each), 0);
        logs.forEach((each, c) => (said[i * k + c] = Math.exp(each) / sum));
        const second = said[i * k + 1] / (said[i * k] + said[i * k + 1]);
        const honest = is < 2 ? Number(random.uniform() < second) : is;
        if (random.uniform() >= share) return honest;
        wrong.add(i);
        return (honest + 1 + random.below(k - 1)) % k;
      });
      const { errors, noise } = await labelNoise([said, said], labels, k, pause);
      const right = errors.filter(({ sample }) => wrong.has(sample)).length;
      // One wrong label in 45 goes from 0 to 1 or back, where nobody could tell.
      expect(right / wrong.size).toBeGreaterThanOrEqual(0.9);
      expect(right / errors.length).toBeGreaterThanOrEqual(0.9);
      expect(Math.abs(noise - wrong.size / n)).toBeLessThan(0.01);
      // The probabilities mean what they say, though one witness counts twice beforehand.
      const expected = errors.reduce((total, each) => total + each.wrong, 0);
      expect(Math.abs(expected - right) / errors.length).toBeLessThan(0.1);
    },
  );
});

describe('words', () => {
  it('tell of the class by all texts but the one asked, counted by hand', async () => {
    // Class 0: {1}, {1, 2}; class 1: {2}, {3}. The third text among the first two and the fourth: priors 3 and 2, tokens 1, 2, 3.
    const tokens = Int32Array.of(1, 1, 1, 2, 2, 2, 3, 3);
    const pool = { labels: Int32Array.of(0, 0, 1, 1), asked: Int32Array.of(2), classes: 2 };
    const [first, second] = await classesByWords(tokens, 2, pool, pause);
    const by0 = (3 * (1 + 1)) / (3 + 3);
    const by1 = (2 * (0 + 1)) / (1 + 3);
    expect(first).toBeCloseTo(by0 / (by0 + by1), 6);
    expect(first + second).toBeCloseTo(1, 6);
  });
});

describe('neighbours', () => {
  it('vote with their labels, never a sample with its own', async () => {
    // Two clusters of twelve on a line; one of the first has the label of the second.
    const points = Float32Array.from({ length: 24 }, (_, i) => (i < 12 ? i * 0.01 : 100 + i * 0.01));
    const labels = Int32Array.from({ length: 24 }, (_, i) => (i < 12 && i !== 5 ? 0 : 1));
    const votes = await classesNearby(
      points,
      1,
      { labels, asked: Int32Array.of(5, 0, 20), classes: 2 },
      multiply,
      pause,
    );
    // Half a vote beforehand: 10.5 of 11, 9.5 (the wrong label is among the nearest ten), 0.5.
    expect([...votes]).toEqual([10.5, 0.5, 9.5, 1.5, 0.5, 10.5].map((each) => expect.closeTo(each / 11, 6)));
  });

  it('of texts have the same rare words, whatever they are filled up with', async () => {
    const length = 4;
    // Half of the texts have 1, the others 2, and most are filled up with 0: too many to tell anything.
    const texts = Array.from({ length: 20 }, (_, i) => [i < 10 ? 1 : 2, 100 + i, 0, 0]);
    const labels = Int32Array.from(texts, (_, i) => (i < 10 ? 0 : 1));
    labels[2] = 1;
    const votes = () => {
      const pool = { labels, asked: Int32Array.of(2), classes: 2 };
      return classesOfLikeTexts(Int32Array.from(texts.flat()), length, pool, pause);
    };
    expect([...(await votes())]).toEqual([0.5, 0.5]);
    texts[2][2] = texts[7][2] = 9;
    texts[2][3] = texts[15][3] = 8;
    texts[6][3] = 8;
    // One that has its 9 and two that have its 8, of which one is of class 1.
    expect([...(await votes())]).toEqual([expect.closeTo(2.5 / 4, 6), expect.closeTo(1.5 / 4, 6)]);
  });

  it('of pictures are as alike in small', async () => {
    const pixels = Uint8Array.from({ length: 2 * 10 * 10 }, (_, at) => (at < 100 ? 1 : Math.floor((at % 100) / 10)));
    const { points, size } = await smallPictures(pixels, { height: 10, width: 10, channels: 1 }, pause);
    expect(size).toBe(25);
    expect([...points.subarray(0, 25)]).toEqual(Array(25).fill(4));
    expect([...points.subarray(25)]).toEqual(Array.from({ length: 25 }, (_, i) => 2 * (4 * Math.floor(i / 5) + 1)));
  });
});

describe('hard samples', () => {
  it('are those with the least margin, and ambiguous classes those that are mixed up', () => {
    const p = Float32Array.of(0.8, 0.1, 0.1, 0.4, 0.45, 0.15, 0.1, 0.3, 0.6, 0.3, 0.4, 0.3, 0.5, 0.4, 0.1);
    const labels = Int32Array.of(0, 0, 1, 0, 1);
    const margin = margins(p, labels, 3);
    [0.7, -0.05, -0.3, -0.1, -0.1].forEach((expected, i) => expect(margin[i]).toBeCloseTo(expected, 6));
    expect(hardest(margin)).toEqual([2, 3, 4, 1].sort((a, b) => margin[a] - margin[b] || a - b));
    const pairs = ambiguousPairs(p, labels, 3);
    expect(pairs).toEqual([{ classes: [0, 1], samples: [1, 3, 4], share: 3 / 5 }]);
  });
});

describe('outliers', () => {
  it('are far from all others, whatever the width', async () => {
    for (const width of [5, 400]) {
      const random = new Random(width);
      const n = 600;
      const inputs = Float32Array.from({ length: n * width }, () => random.normal());
      for (const far of [17, 300]) for (let k = 0; k < width; k++) inputs[far * width + k] *= 6;
      const distances = await neighbourDistances(inputs, n, width, multiply, pause);
      expect(
        farOut(distances).toSorted((a, b) => a - b),
        `width ${width}`,
      ).toEqual([17, 300]);
    }
  });

  it('have the mean distance to their ten nearest, counted one by one', async () => {
    const random = new Random(1);
    const points = Float32Array.from({ length: 50 * 3 }, () => random.normal());
    const distances = await neighbourDistances(points, 50, 3, multiply, pause);
    for (let i = 0; i < 50; i++) {
      const others = Array.from({ length: 50 }, (_, j) =>
        Math.hypot(...[0, 1, 2].map((k) => points[i * 3 + k] - points[j * 3 + k])),
      );
      const nearest = others
        .filter((_, j) => j !== i)
        .sort((a, b) => a - b)
        .slice(0, 10);
      expect(distances[i]).toBeCloseTo(nearest.reduce((a, b) => a + b, 0) / 10, 5);
    }
  });
});
