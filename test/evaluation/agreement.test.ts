import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agreement, matchedMarks } from '../../src-main/evaluation/agreement.ts';
import { bestPairs, type Candidate } from '../../src-main/evaluation/assignment.ts';
import type { AnswerMark, ComparedMarks } from '../../src-main/shared/agreement.ts';
import type { MarkShape } from '../../src-main/shared/marks.ts';
import { encodeCounts } from '../../src-main/shared/rle.ts';

/** Made by make-agreement.py with scikit-learn and SciPy. */
interface Fixture {
  single: {
    classes: number;
    first: number[];
    second: number[];
    kappa: number;
    confusion: number[][];
    f1: number[];
    kappas: number[];
  }[];
  several: { first: number[][]; second: number[][]; kappas: number[]; same: number; jaccard: number };
  ratings: { first: number[]; second: number[]; linear: number; quadratic: number }[];
  assignments: { weights: number[][]; sum: number }[];
}
const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/evaluation/agreement.json'), 'utf8'),
) as Fixture;

const named = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function ofOne(first: number[], second: number[], classes: number, settled: number[] = []) {
  return agreement({
    kind: 'single',
    classes: named(classes),
    samples: Int32Array.from(range(first.length)),
    sets: range(classes).map((c) => [c]),
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    settled: Uint8Array.from(first, (_, i) => (settled.includes(i) ? 1 : 0)),
  });
}

describe('agreement of ratings', () => {
  const ofRatings = (first: number[], second: number[]) =>
    agreement({
      kind: 'rating',
      classes: ['1', '2', '3', '4', '5'],
      samples: Int32Array.from(range(first.length)),
      sets: range(5).map((c) => [c]),
      first: Int32Array.from(first),
      second: Int32Array.from(second),
      settled: new Uint8Array(first.length),
    }).weightedKappa;

  it.each(fixture.ratings.map((one, i) => [i, one] as const))(
    'weighs how far they are apart, as scikit-learn does (%i)',
    (_, { first, second, linear, quadratic }) => {
      const found = ofRatings(first, second)!;
      expect(Math.abs(found.linear - linear)).toBeLessThan(1e-12);
      expect(Math.abs(found.quadratic - quadratic)).toBeLessThan(1e-12);
    },
  );

  it('is not known where chance would give all, nor for classes without an order', () => {
    expect(ofRatings([2, 2, 2], [2, 2, 2])).toBeNull();
    expect(ofRatings([], [])).toBeNull();
    expect(ofOne([0, 1], [1, 0], 2).weightedKappa).toBeNull();
  });
});

describe('agreement of one class a sample', () => {
  it.each(fixture.single.map((one, i) => [i, one] as const))('is what scikit-learn says (%i)', (_, one) => {
    const report = ofOne(one.first, one.second, one.classes);
    expect(Math.abs(report.kappa! - one.kappa)).toBeLessThan(1e-9);
    expect(report.confusion).toEqual(one.confusion);
    expect(report.agreed).toBe(one.first.filter((each, i) => each === one.second[i]).length);
    expect(report.disagreements.length).toBe(one.first.length - report.agreed);
    report.perClass.forEach(({ f1, kappa }, c) => {
      expect(f1 ?? 0).toBeCloseTo(one.f1[c], 9);
      if (Number.isFinite(one.kappas[c])) expect(Math.abs(kappa! - one.kappas[c])).toBeLessThan(1e-9);
    });
  });

  it('has no kappa where chance would give all, or nothing is compared', () => {
    expect(ofOne([1, 1, 1], [1, 1, 1], 2)).toMatchObject({ kappa: null, agreed: 3, compared: 3 });
    expect(ofOne([], [], 2)).toMatchObject({ kappa: null, compared: 0, disagreements: [] });
  });

  it('tells what is left to settle', () => {
    expect(ofOne([0, 1, 0], [1, 1, 1], 2, [2]).disagreements).toEqual([
      { sample: 0, first: ['c0'], second: ['c1'], settled: false },
      { sample: 2, first: ['c0'], second: ['c1'], settled: true },
    ]);
  });
});

it('of several classes: each class by itself, and the sets', () => {
  const { first, second, kappas, same, jaccard } = fixture.several;
  const sets: number[][] = [];
  const placeOf = (row: number[]): number => sets.push(row.flatMap((is, c) => (is === 1 ? [c] : []))) - 1;
  const report = agreement({
    kind: 'multiple',
    classes: named(4),
    samples: Int32Array.from(range(first.length)),
    first: Int32Array.from(first, placeOf),
    second: Int32Array.from(second, placeOf),
    sets,
    settled: new Uint8Array(first.length),
  });
  report.perClass.forEach(({ kappa }, c) => expect(Math.abs(kappa! - kappas[c])).toBeLessThan(1e-9));
  expect(report.kappa).toBeCloseTo(kappas.reduce((sum, each) => sum + each, 0) / 4, 9);
  expect(report.agreed).toBe(same);
  expect(report.jaccard).toBeCloseTo(jaccard, 9);
  expect(report.confusion).toBeNull();
});

it.each(fixture.assignments.map((one, i) => [i, one] as const))('pairs as well as SciPy does (%i)', (_, one) => {
  const candidates: Candidate[] = one.weights.flatMap((row, i) =>
    row.flatMap((weight, j) => (weight > 0 ? [{ row: i, column: j, weight }] : [])),
  );
  const pairs = bestPairs(candidates);
  expect(new Set(pairs.map(({ row }) => row)).size).toBe(pairs.length);
  expect(new Set(pairs.map(({ column }) => column)).size).toBe(pairs.length);
  expect(pairs.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(one.sum, 9);
});

const box = (x: number, y: number, width: number, height: number): MarkShape => ({
  type: 'box',
  box: [x, y, width, height],
});
const marksOf = (...shapes: [its: number, shape: MarkShape][]): AnswerMark[] =>
  shapes.map(([its, shape], i) => ({ number: i + 1, class: its, shape }));
const compared = (first: AnswerMark[], second: AnswerMark[], change: Partial<ComparedMarks> = {}): ComparedMarks => ({
  sample: 0,
  first,
  second,
  settled: false,
  size: { width: 100, height: 100 },
  ...change,
});

describe('agreement of marks', () => {
  it('matches for the best of all, not for the first that fits', () => {
    // The second of the one and the first of the other overlap most; paired greedily they would leave the rest alone.
    const a = marksOf([0, box(0, 0, 10, 10)], [0, box(3, 0, 10, 10)]);
    const b = marksOf([0, box(2, 0, 10, 10)], [0, box(5, 0, 10, 10)]);
    const { pairs, onlyFirst, onlySecond } = matchedMarks(compared(a, b), 0.5);
    expect(pairs.map(({ first, second }) => [first.number, second.number]).sort()).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect([onlyFirst, onlySecond]).toEqual([[], []]);
    expect(pairs.map(({ overlap }) => overlap)).toEqual([80 / 120, 80 / 120]);
  });

  it('counts things, overlap, classes and what one pass alone has', () => {
    const report = agreement({
      kind: 'objects',
      classes: ['cat', 'dog'],
      overlap: 0.5,
      samples: [
        compared(marksOf([0, box(0, 0, 10, 10)], [1, box(50, 50, 10, 10)]), marksOf([0, box(0, 0, 10, 10)])),
        compared(marksOf([0, box(0, 0, 10, 10)]), marksOf([1, box(0, 0, 10, 5)]), { sample: 4, settled: true }),
        compared(marksOf([1, box(0, 0, 4, 4)]), marksOf([1, box(0, 0, 4, 4)]), { sample: 5 }),
      ],
    });
    expect(report.confusion).toEqual([
      [1, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(report.marks).toMatchObject({ first: 4, second: 3, matched: 3, f1: 4 / 7, exact: 4 / 7, relations: null });
    expect(report.marks!.overlap).toBeCloseTo((1 + 0.5 + 1) / 3, 12);
    // Of three pairs two agree; by chance 2/3 · 1/3 + 1/3 · 2/3.
    expect(report.kappa).toBeCloseTo((2 / 3 - 4 / 9) / (1 - 4 / 9), 12);
    expect(report.agreed).toBe(1);
    expect(report.disagreements).toEqual([
      {
        sample: 0,
        first: ['cat', 'dog'],
        second: ['cat'],
        settled: false,
        marks: { onlyFirst: 1, onlySecond: 0, otherClass: 0, differ: { first: [2], second: [] } },
      },
      {
        sample: 4,
        first: ['cat'],
        second: ['dog'],
        settled: true,
        marks: { onlyFirst: 0, onlySecond: 0, otherClass: 1, differ: { first: [1], second: [1] } },
      },
    ]);
  });

  it('lays masks and polygons over one another by their pixels', () => {
    // Columns 0 and 1 of a 4 × 4 image against columns 1 and 2.
    const mask = (counts: number[]): MarkShape => ({
      type: 'mask',
      box: [0, 0, 4, 4],
      mask: { height: 4, width: 4, counts: encodeCounts(counts) },
    });
    const size = { width: 4, height: 4 };
    const pair = compared(marksOf([0, mask([0, 8, 8])]), marksOf([0, mask([4, 8, 4])]), { size });
    expect(matchedMarks(pair, 0.1).pairs[0].overlap).toBeCloseTo(4 / 12, 12);
    const ring: MarkShape = { type: 'polygon', box: [0, 0, 2, 4], polygons: [[0, 0, 2, 0, 2, 4, 0, 4]] };
    expect(
      matchedMarks(compared(marksOf([0, mask([0, 8, 8])]), marksOf([0, ring]), { size }), 0.1).pairs[0].overlap,
    ).toBe(1);
  });

  it('takes spans and segments by their stretch, and relations by what they join', () => {
    const span = (start: number, end: number): MarkShape => ({ type: 'span', start, end });
    const relation = (from: number, to: number): MarkShape => ({ type: 'relation', from, to });
    const report = agreement({
      kind: 'spans',
      classes: ['person', 'place', 'in'],
      overlap: 0.5,
      samples: [
        compared(
          marksOf([0, span(0, 4)], [1, span(10, 20)], [2, relation(1, 2)]),
          marksOf([1, span(10, 18)], [0, span(0, 4)], [2, relation(2, 1)]),
        ),
        compared(
          marksOf([0, span(0, 4)], [1, span(5, 9)], [2, relation(1, 2)]),
          marksOf([0, span(0, 4)], [1, span(5, 9)]),
        ),
      ],
    });
    expect(report.marks).toMatchObject({ matched: 4, f1: 1, exact: 6 / 8, relations: 2 / 3 });
    expect(report.agreed).toBe(1);
    expect(report.disagreements[0].marks).toMatchObject({ onlyFirst: 1, onlySecond: 0, otherClass: 0 });
  });
});
