import { describe, expect, it } from 'vitest';
import { drawFolds, splitOfFold } from '../../../src-main/datasets/divide/folds.ts';
import { assignGroups } from '../../../src-main/datasets/divide/groups.ts';
import { groupKeys, numberPairs } from '../../../src-main/datasets/divide/keys.ts';
import { countSplits } from '../../../src-main/datasets/splits.ts';
import { Random } from '../../../src-main/shared/random.ts';

/** 300 patients of 1 to 20 samples, each mostly of one class: what makes a grouped split hard to stratify. */
function patients() {
  const random = new Random(7);
  const keys: string[] = [];
  const labels: number[] = [];
  for (let p = 0; p < 300; p++) {
    const own = p % 10 === 0 ? 2 : p % 3 === 0 ? 1 : 0;
    for (let i = 1 + random.below(20); i > 0; i--) {
      keys.push(`patient ${p}`);
      labels.push(random.uniform() < 0.8 ? own : random.below(3));
    }
  }
  return { groups: groupKeys(keys), labels: Int32Array.from(labels), keys };
}

const partsOfGroups = (ids: Int32Array, parts: Uint8Array) => {
  const found = new Map<number, Set<number>>();
  ids.forEach((id, i) => found.set(id, (found.get(id) ?? new Set()).add(parts[i])));
  return [...found.values()].map((set) => set.size);
};

describe('groups', () => {
  it('are never parted, and every class keeps its share as nearly as groups allow', () => {
    const { groups, labels } = patients();
    const shares = [0.7, 0.15, 0.15];
    const parts = assignGroups(groups, labels, shares, 3);
    expect(Math.max(...partsOfGroups(groups.ids, parts))).toBe(1);
    for (const label of [0, 1, 2]) {
      const members = parts.filter((_, i) => labels[i] === label);
      shares.forEach((share, p) => {
        const reached = members.filter((part) => part === p).length / members.length;
        // One group of 20 is 2 to 4 % of a class: nearer than half of one is more than can be promised.
        expect(Math.abs(reached - share)).toBeLessThan(0.02);
      });
    }
    const counts = countSplits(parts);
    expect(Math.abs(counts.train / parts.length - 0.7)).toBeLessThan(0.01);
  });

  it('come out the same for a seed, and otherwise for another', () => {
    const { groups, labels } = patients();
    const draw = (seed: number) => assignGroups(groups, labels, [0.8, 0.1, 0.1], seed);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('leave alone what is in none, and parts without a share empty', () => {
    const groups = groupKeys(['a', 'a', 'a', null, null, null, 'b', 'b']);
    const parts = assignGroups(groups, null, [0.5, 0, 0.5], 1);
    expect([...parts]).not.toContain(1);
    expect(new Set(parts.subarray(0, 3)).size).toBe(1);
    expect(parts.filter((part) => part === 0)).toHaveLength(4);
  });

  it('of two million samples are placed in seconds', () => {
    const samples = 2_000_000;
    const ids = new Int32Array(samples).map((_, i) => (i * 7919) % 200_003);
    const labels = new Int32Array(samples).map((_, i) => i % 10);
    const begun = performance.now();
    const parts = assignGroups({ ids, count: 200_003 }, labels, [0.8, 0.1, 0.1], 1);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(Math.abs(countSplits(parts).test / samples - 0.1)).toBeLessThan(0.001);
  });
});

it('numbers pairs by their first appearance, as a Map would', () => {
  const random = new Random(1);
  const low = Int32Array.from({ length: 5000 }, () => random.below(40) - 1);
  const high = Int32Array.from({ length: 5000 }, () => random.below(40));
  const known = new Map<string, number>();
  const expected = low.map((each, i) => {
    if (each < 0) return -1;
    const key = `${each} ${high[i]}`;
    if (!known.has(key)) known.set(key, known.size);
    return known.get(key)!;
  });
  expect(numberPairs(low, high)).toEqual({ ids: expected, count: known.size });
});

describe('folds', () => {
  it('differ by one at most, in size and in every class', () => {
    const labels = Int32Array.from({ length: 1003 }, (_, i) => (i % 17 === 0 ? 2 : i % 3 === 0 ? 1 : 0));
    const folds = drawFolds(1003, labels, null, 5, 4);
    const spread = (chosen: Uint8Array) => {
      const counts = Array.from({ length: 5 }, (_, k) => chosen.filter((fold) => fold === k).length);
      return Math.max(...counts) - Math.min(...counts);
    };
    expect(spread(folds)).toBeLessThanOrEqual(1);
    for (const label of [0, 1, 2]) expect(spread(folds.filter((_, i) => labels[i] === label))).toBeLessThanOrEqual(1);
    expect(drawFolds(1003, labels, null, 5, 4)).toEqual(folds);
    expect(drawFolds(1003, labels, null, 5, 5)).not.toEqual(folds);
  });

  it('test every sample once and validate on every sample once', () => {
    const folds = drawFolds(100, null, null, 4, 1);
    const tested = new Uint8Array(100);
    const validated = new Uint8Array(100);
    for (let k = 0; k < 4; k++) {
      splitOfFold(folds, 4, k).forEach((split, i) => {
        if (split === 2) tested[i]++;
        if (split === 1) validated[i]++;
      });
    }
    expect(new Set(tested)).toEqual(new Set([1]));
    expect(new Set(validated)).toEqual(new Set([1]));
  });

  it('keep groups whole', () => {
    const { groups, labels } = patients();
    const folds = drawFolds(labels.length, labels, groups, 5, 1);
    expect(Math.max(...partsOfGroups(groups.ids, folds))).toBe(1);
    const sizes = Array.from({ length: 5 }, (_, k) => folds.filter((fold) => fold === k).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(25);
  });
});
