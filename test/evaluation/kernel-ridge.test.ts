import { describe, expect, it } from 'vitest';
import { classesLeftOut, leaveOneOut } from '../../src-main/evaluation/kernel-ridge.ts';
import { Random } from '../../src-main/shared/random.ts';

const pause = () => Promise.resolve();

/** Gauss and Jordan's elimination with pivots: x of Ax = b. */
function solve(a: number[][], b: number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i]]);
  rows.forEach((_, at) => {
    const pivot = rows
      .slice(at)
      .reduce((best, row, i) => (Math.abs(row[at]) > Math.abs(rows[best][at]) ? at + i : best), at);
    [rows[at], rows[pivot]] = [rows[pivot], rows[at]];
    for (const [i, row] of rows.entries()) {
      if (i === at) continue;
      const factor = row[at] / rows[at][at];
      for (let k = at; k < row.length; k++) row[k] -= factor * rows[at][k];
    }
  });
  return rows.map((row, i) => row[rows.length] / row[i]);
}

describe('regression by likeness', () => {
  it('leaves each sample out just as learning from all others does', async () => {
    const random = new Random(3);
    const [n, m, classes, ridge] = [14, 5, 3, 0.05];
    const likeness = Float32Array.from({ length: n * m }, () => random.uniform());
    const labels = Int32Array.from({ length: n }, () => random.below(classes));
    const rows = Array.from({ length: n }, (_, i) => [...likeness.subarray(i * m, (i + 1) * m)]);
    const gram = new Float64Array(m * m);
    const targets = new Float64Array(m * classes);
    rows.forEach((row, i) =>
      row.forEach((value, a) => {
        targets[a * classes + labels[i]] += value;
        row.forEach((other, b) => (gram[a * m + b] += value * other));
      }),
    );
    const scores = await leaveOneOut(likeness, gram, ridge, targets, labels, classes, pause);
    for (let out = 0; out < n; out++) {
      const rest = rows.flatMap((row, i) => (i === out ? [] : [{ row, label: labels[i] }]));
      const normal = Array.from({ length: m }, (_, a) =>
        Array.from({ length: m }, (_, b) => rest.reduce((sum, { row }) => sum + row[a] * row[b], a === b ? ridge : 0)),
      );
      for (let c = 0; c < classes; c++) {
        const right = Array.from({ length: m }, (_, a) =>
          rest.reduce((sum, { row, label }) => sum + (label === c ? row[a] : 0), 0),
        );
        const score = solve(normal, right).reduce((sum, weight, a) => sum + weight * rows[out][a], 0);
        expect(scores[out * classes + c]).toBeCloseTo(score, 5);
      }
    }
  });

  it('tells classes by what is near, and is not moved by a sample’s own wrong label', async () => {
    const random = new Random(5);
    const n = 120;
    const truth = Int32Array.from({ length: n }, (_, i) => i % 3);
    const points = Float32Array.from({ length: n * 2 }, (_, at) => {
      const angle = (truth[at >> 1] * 2 * Math.PI) / 3;
      return (at % 2 ? Math.sin(angle) : Math.cos(angle)) * 3 + 0.5 * random.normal();
    });
    const labels = truth.map((is, i) => (i % 15 === 0 ? (is + 1) % 3 : is));
    const found = (await classesLeftOut(points, 2, labels, 3, pause))!;
    for (let i = 0; i < n; i++) {
      const row = [...found.subarray(i * 3, i * 3 + 3)];
      expect(row.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 5);
      expect(row.indexOf(Math.max(...row))).toBe(truth[i]);
    }
  });

  it('says nothing where likenesses would not fit into memory', async () => {
    expect(await classesLeftOut(new Float32Array(500_000), 1, new Int32Array(500_000), 2, pause)).toBeNull();
  });
});
