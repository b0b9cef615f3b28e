import { expect, it } from 'vitest';
import { correlationRatio, cramersV, pearson } from '../../../src-main/datasets/profile/associations.ts';
import { chooseBins, partsOf } from '../../../src-main/datasets/profile/bins.ts';

// The references are numpy 1.24's and scipy 1.10's (corrcoef; association(…) and Bergsma's correction of it), and η by its definition.
const x = Float64Array.from([1, 2, 3, 4, 5, NaN, 7]);
const y = Float64Array.from([2.1, 3.9, 6.2, 8.1, NaN, 1, 13.8]);

it("gives Pearson's r over the pairs that are whole", () => {
  // numpy.corrcoef([1, 2, 3, 4, 7], [2.1, 3.9, 6.2, 8.1, 13.8])[0, 1]
  expect(pearson(x, y)).toBeCloseTo(0.9995417784401774, 12);
  expect(
    pearson(
      x,
      x.map((value) => -value),
    ),
  ).toBe(-1);
  expect(pearson(x, new Float64Array(7).fill(3))).toBeNull();
});

it('keeps its digits far from zero', () => {
  expect(
    pearson(
      x.map((value) => value + 1e9),
      y,
    ),
  ).toBeCloseTo(0.9995417784401774, 6);
});

it('gives the correlation ratio of numbers by category', () => {
  // Groups (1, 2), (3, 4), (5, 7): means 1.5, 3.5, 6 about 22/6.
  const codes = Int32Array.from([0, 0, 1, 1, 2, 0, 2]);
  const between = 2 * ((1.5 - 22 / 6) ** 2 + (3.5 - 22 / 6) ** 2 + (6 - 22 / 6) ** 2);
  const total = [1, 2, 3, 4, 5, 7].reduce((sum, value) => sum + (value - 22 / 6) ** 2, 0);
  expect(correlationRatio(x, codes, 3)).toBeCloseTo(Math.sqrt(between / total), 12);
  expect(correlationRatio(x, new Int32Array(7), 1)).toBeNull();
});

it("gives Cramér's V without bias", () => {
  // [[20, 5], [10, 25]]: χ² without Yates's correction 15.4286, φ² 0.257143; then φ² − 1/59 over min(r, k) − 1 of 2 − 1/59.
  const cells: [number, number, number][] = [
    [0, 0, 20],
    [0, 1, 5],
    [1, 0, 10],
    [1, 1, 25],
  ];
  const a = Int32Array.from(cells.flatMap(([row, , n]) => Array<number>(n).fill(row)));
  const b = Int32Array.from(cells.flatMap(([, column, n]) => Array<number>(n).fill(column)));
  const phi = 108 / 7 / 60 - 1 / 59;
  expect(cramersV(a, 2, b, 2)).toBeCloseTo(Math.sqrt(phi / (1 - 1 / 59)), 12);
  expect(cramersV(a, 2, a, 2)).toBeCloseTo(1, 12);
  // Independent ones of many categories would have a V of 0.3 without the correction.
  const many = Int32Array.from({ length: 200 }, (_, i) => i % 20);
  const other = Int32Array.from({ length: 200 }, (_, i) => Math.floor((i * 7919) / 20) % 10);
  expect(cramersV(many, 20, other, 10)!).toBeLessThan(0.15);
});

const spread = (count: number, make: (i: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => make(i)).sort();

it.each([
  ['years', spread(500, (i) => 1990 + (i % 31)), 1990, 2020, true, 31, 1990, 2021],
  ['two values', spread(100, (i) => i % 2), 0, 1, true, 2, 0, 2],
  ['one value', spread(100, () => 7), 7, 7, true, 1, 7, 8],
  ['decimals', spread(5000, (i) => (i % 1000) / 100), 0, 9.99, false, 20, 0, 10],
  ['negatives', spread(5000, (i) => (i % 1000) / 100 - 5), -5, 4.99, false, 20, -5, 5],
])('chooses round bars for %s', (_, sorted, min, max, integers, bars, from, to) => {
  const bins = chooseBins(sorted, min, max, integers);
  expect([bins.edges.length - 1, bins.edges[0], bins.edges.at(-1)]).toEqual([bars, from, to]);
  expect(bins.edges.every((edge) => String(edge).length < 8)).toBe(true);
  if (integers) expect(bins.edges.every((edge) => Number.isInteger(edge))).toBe(true);
});

it('cuts whole numbers into whole parts', () => {
  expect(partsOf({ edges: [0, 10, 20], integers: true })).toBe(10);
  expect(partsOf({ edges: [0, 1, 2], integers: true })).toBe(1);
});

it('leaves out what lies far away', () => {
  const sorted = spread(1000, (i) => (i === 0 ? 1e9 : i % 100));
  const bins = chooseBins(sorted, 0, 1e9, false);
  expect(bins.edges.at(-1)!).toBeLessThan(200);
});
