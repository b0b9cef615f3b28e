import { describe, expect, it } from 'vitest';
import { confidentLearning } from '../../src-main/evaluation/confident-learning.ts';
import { ambiguousPairs, hardest, margins } from '../../src-main/evaluation/hard-samples.ts';
import { farOut, neighbourDistances } from '../../src-main/evaluation/outliers.ts';
import { Random } from '../../src-main/shared/random.ts';

const pause = () => Promise.resolve();

describe('confident learning', () => {
  /** Six samples of two classes, worked out by hand. */
  it('gives the thresholds and the joint of the paper', () => {
    const p = Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.6, 0.4);
    const labels = Int32Array.of(0, 0, 0, 1, 1, 1);
    const found = confidentLearning(p, labels, 2);
    // Means of p(0) over samples 0 … 2 and of p(1) over samples 3 … 5.
    expect([...found.thresholds]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(1.9 / 3, 6)]);
    // Sample 2 counts confidently as of class 1; sample 5 reaches the threshold of class 0.
    expect([...found.joint]).toEqual([2, 1, 1, 2]);
    expect(found.noise).toBeCloseTo(2 / 6, 12);
    expect(found.errors).toEqual([
      { sample: 2, likelier: 1 },
      { sample: 5, likelier: 0 },
    ]);
  });

  it('scales the joint to the numbers of labels where samples are confidently nothing', () => {
    // Sample 1 reaches neither threshold: (0.9 + 0.5) / 2 = 0.7 for class 0, 0.8 for class 1.
    const p = Float32Array.of(0.9, 0.1, 0.5, 0.5, 0.2, 0.8);
    const { joint, errors } = confidentLearning(p, Int32Array.of(0, 0, 1), 2);
    expect([...joint]).toEqual([2, 0, 0, 1]);
    expect(errors).toEqual([]);
  });

  it('takes a class without samples for none', () => {
    const p = Float32Array.of(0.2, 0.3, 0.5, 0.6, 0.3, 0.1);
    const { thresholds, joint } = confidentLearning(p, Int32Array.of(0, 0), 3);
    expect(thresholds[2]).toBeNaN();
    expect([...joint]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(confidentLearning(new Float32Array(0), new Int32Array(0), 3)).toMatchObject({ noise: 0, errors: [] });
  });

  it('finds planted errors by a model that is right nearly always', () => {
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
    const p = new Float32Array(n * k);
    truth.forEach((is, i) => {
      const seen = random.uniform() < 0.97 ? is : random.below(k);
      const logits = Array.from({ length: k }, (_, c) => random.normal() + (c === seen ? 5 : 0));
      const sum = logits.reduce((total, each) => total + Math.exp(each), 0);
      logits.forEach((each, c) => (p[i * k + c] = Math.exp(each) / sum));
    });
    const { errors, noise } = confidentLearning(p, labels, k);
    const right = errors.filter(({ sample }) => planted.has(sample)).length;
    expect(right / planted.size).toBeGreaterThanOrEqual(0.9);
    // The model's own mistakes (2.5 %) look like errors too, when it is sure: they bound the precision of anyone.
    expect(right / errors.length).toBeGreaterThanOrEqual(0.6);
    expect(noise).toBeGreaterThan(0.04);
    expect(noise).toBeLessThan(0.1);
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
      const distances = await neighbourDistances(inputs, n, width, pause);
      expect(
        farOut(distances).toSorted((a, b) => a - b),
        `width ${width}`,
      ).toEqual([17, 300]);
    }
  });

  it('have the mean distance to their ten nearest, counted one by one', async () => {
    const random = new Random(1);
    const points = Float32Array.from({ length: 50 * 3 }, () => random.normal());
    const distances = await neighbourDistances(points, 50, 3, pause);
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
