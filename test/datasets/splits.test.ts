import { describe, expect, it } from 'vitest';
import { completeGiven, countSplits, divide, divideBy, drawAhead } from '../../src-main/datasets/splits.ts';
import { Random } from '../../src-main/shared/random.ts';

const fractions = { validation: 0.15, test: 0.15 };

/** counts[class][split] */
function perClass(labels: Int32Array, split: Uint8Array): number[][] {
  const counts: number[][] = [];
  labels.forEach((label, i) => {
    if (label >= 0) (counts[label] ??= [0, 0, 0])[split[i]]++;
  });
  return counts;
}

describe('a stratified division', () => {
  it('keeps every class in proportion, and the whole', () => {
    const random = new Random(5);
    const labels = Int32Array.from({ length: 10_000 }, () => (random.below(10) < 7 ? 0 : random.below(2) + 1));
    const split = divide(labels.length, labels, fractions, 1);
    expect(countSplits(split)).toEqual({ train: 7000, validation: 1500, test: 1500 });
    for (const [train, validation, test] of perClass(labels, split)) {
      const count = train + validation + test;
      expect(Math.abs(validation - count * 0.15)).toBeLessThanOrEqual(1);
      expect(Math.abs(test - count * 0.15)).toBeLessThanOrEqual(1);
    }
  });

  it('is the same where it is drawn before the labels are known', async () => {
    // More than are drawn in one go, and some without a label.
    const random = new Random(6);
    const labels = Int32Array.from({ length: 700_000 }, () =>
      random.below(50) === 0 ? -1 : random.below(10) < 9 ? 0 : 1,
    );
    const sizes = [0, 1].map((label) => labels.reduce((count, each) => count + Number(each === label), 0));
    const ahead = await drawAhead(sizes, fractions, 4);
    expect(divideBy(labels.length, labels, ahead)).toEqual(divide(labels.length, labels, fractions, 4));
    const whole = await drawAhead([labels.length], fractions, 4);
    expect(divideBy(labels.length, null, whole)).toEqual(divide(labels.length, null, fractions, 4));
  });

  it('of the irises is 105, 22 and 23', () => {
    const labels = Int32Array.from({ length: 150 }, (_, i) => Math.floor(i / 50));
    expect(countSplits(divide(150, labels, fractions, 1))).toEqual({ train: 105, validation: 22, test: 23 });
  });

  it('gives every class of three or more to all splits', () => {
    const sizes = [1, 2, 3, 4, 5, 100];
    const labels = Int32Array.from(sizes.flatMap((size, label) => Array<number>(size).fill(label)));
    const counts = perClass(labels, divide(labels.length, labels, fractions, 9));
    expect(counts[0]).toEqual([1, 0, 0]);
    for (const count of counts.slice(2)) expect(Math.min(...count)).toBeGreaterThanOrEqual(1);
    for (const [train] of counts) expect(train).toBeGreaterThanOrEqual(1);
  });

  it('depends on the seed alone', () => {
    const labels = Int32Array.from({ length: 300 }, (_, i) => i % 3);
    expect(divide(300, labels, fractions, 4)).toEqual(divide(300, labels, fractions, 4));
    expect(divide(300, labels, fractions, 4)).not.toEqual(divide(300, labels, fractions, 5));
  });

  it('leaves what has no label in train', () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? -1 : i % 2));
    expect([...divide(100, labels, fractions, 1).subarray(0, 50)].every((byte) => byte === 0)).toBe(true);
  });
});

it('divides values at random', () => {
  expect(countSplits(divide(1000, null, fractions, 1))).toEqual({ train: 700, validation: 150, test: 150 });
});

it('keeps a given test set and carves validation out of train', () => {
  const given = Uint8Array.from({ length: 100 }, (_, i) => (i < 80 ? 0 : 2));
  const labels = Int32Array.from({ length: 100 }, (_, i) => i % 4);
  const split = completeGiven(given, labels, 0.1, 1);
  expect([...split.subarray(80)].every((byte) => byte === 2)).toBe(true);
  expect(countSplits(split)).toEqual({ train: 72, validation: 8, test: 20 });
  expect(perClass(labels, split).map((count) => count[1])).toEqual([2, 2, 2, 2]);
});
