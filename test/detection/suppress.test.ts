import { describe, expect, it } from 'vitest';
import type { Found } from '../../src-main/detection/found.ts';
import { overlapOf, suppressed } from '../../src-main/detection/suppress.ts';
import { Random } from '../../src-main/shared/random.ts';

const at = (box: Found['box'], score: number, its = 0): Found => ({ box, score, class: its, row: 0 });
const how = { overlap: 0.5, across: false, most: 300 };

/** Word by word as the definition has it: take the surest of what is left, strike out what overlaps it too much, again. */
function slowly(found: readonly Found[], { overlap, across, most }: typeof how): Found[] {
  let left = [...found];
  const kept: Found[] = [];
  while (left.length > 0 && kept.length < most) {
    const best = left.reduce((a, b) => (b.score > a.score ? b : a));
    kept.push(best);
    left = left.filter((one) => {
      if (one === best) return false;
      if (!across && one.class !== best.class) return true;
      const [a, b] = [one.box, best.box];
      const inter =
        Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
        Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
      const union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - inter;
      return !(inter / union > overlap);
    });
  }
  return kept;
}

describe('suppression of what is found twice', () => {
  it('knows how far boxes are the same', () => {
    expect(overlapOf([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
    // 5 × 10 of both, of 150 in all.
    expect(overlapOf([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3, 12);
    expect(overlapOf([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
    expect(overlapOf([3, 3, 3, 3], [0, 0, 10, 10])).toBe(0);
  });

  it('keeps the surest, of each class, and does not strike out by what is struck out itself', () => {
    const [a, b, c] = [at([0, 0, 10, 10], 0.6), at([2, 0, 12, 10], 0.9), at([4, 0, 14, 10], 0.7)];
    const other = at([2, 0, 12, 10], 0.8, 1);
    // a and c overlap b by 2/3; the other class stands where b does.
    expect(suppressed([a, b, c, other], how)).toEqual([b, other]);
    expect(suppressed([a, b, c, other], { ...how, across: true })).toEqual([b]);
    // a overlaps c by 6/14 only: of a chain the far end stays.
    expect(suppressed([a, { ...b, score: 0.5 }, c], how)).toEqual([c, a]);
    expect(suppressed([a, b, other], { ...how, most: 1 })).toEqual([b]);
    expect(suppressed([], how)).toEqual([]);
  });

  it('lets the first of equally sure ones stay, and overlaps of just so much', () => {
    const [first, second] = [at([0, 0, 10, 10], 0.5), at([0, 0, 10, 10], 0.5)];
    expect(suppressed([first, second], how)).toEqual([first]);
    expect(suppressed([at([0, 0, 10, 10], 0.9), at([0, 0, 10, 5], 0.8)], how)).toHaveLength(2);
  });

  it.each([false, true])('is what the slow definition says, across classes: %s', (across) => {
    const random = new Random(5);
    for (let round = 0; round < 20; round++) {
      const found = Array.from({ length: 120 }, (_, row) => {
        const [x, y] = [random.below(80), random.below(80)];
        const box = [x, y, x + 5 + random.below(40), y + 5 + random.below(40)] as const;
        return { box, score: random.uniform(), class: random.below(4), row };
      });
      const wish = { overlap: [0.3, 0.45, 0.7][round % 3], across, most: round % 4 === 0 ? 10 : 300 };
      expect(suppressed(found, wish)).toEqual(slowly(found, wish));
    }
  });
});
