import { describe, expect, it } from 'vitest';
import { choleskySlowly, inverseTransposed, solved } from '../../src-main/linear-algebra/cholesky.ts';
import { DoubtFit } from '../../src-main/evaluation/doubt.ts';
import { labelNoise } from '../../src-main/evaluation/label-noise.ts';
import { wordRows } from '../../src-main/evaluation/word-rows.ts';
import { Random } from '../../src-main/shared/random.ts';

const pause = () => Promise.resolve();

describe('a triangle of a matrix', () => {
  it('solves, and makes the matrix one of ones', async () => {
    const random = new Random(1);
    const m = 5;
    const rows = Array.from({ length: m }, () => Array.from({ length: m }, () => random.normal()));
    const product = (a: number, b: number): number => rows.reduce((sum, row) => sum + row[a] * row[b], 0);
    const matrix = Float64Array.from({ length: m * m }, (_, at) => product(Math.floor(at / m), at % m));
    const factor = await choleskySlowly(matrix, m, 0.1, pause);
    const x = solved(factor, m, Float64Array.of(1, 2, 3, 4, 5), 1);
    for (let a = 0; a < m; a++) {
      let sum = 0.1 * x[a];
      for (let b = 0; b < m; b++) sum += matrix[a * m + b] * x[b];
      expect(sum).toBeCloseTo(a + 1, 9);
    }
    const white = await inverseTransposed(factor, m, pause);
    // row · L⁻ᵀ · L⁻¹ · row = row · A⁻¹ · row
    const row = Float64Array.of(0.3, -1, 2, 0.7, 0.1);
    const squares = Array.from({ length: m }, (_, c) => row.reduce((sum, v, a) => sum + v * white[a * m + c], 0) ** 2);
    const direct = solved(factor, m, row, 1).reduce((sum, value, a) => sum + value * row[a], 0);
    expect(squares.reduce((a, b) => a + b)).toBeCloseTo(direct, 5);
  });
});

describe('doubt', () => {
  it('tells labels drawn by lot from honest ones that are rarer than the pool has it', () => {
    const random = new Random(2);
    const doubt = new DoubtFit();
    const [lot, alpha, gamma] = [0.01, 0.5, 1.5];
    for (let i = 0; i < 200_000; i++) {
      const log = -9 * random.uniform() - 1;
      doubt.see(log, random.uniform() < lot + Math.exp(alpha + gamma * log));
    }
    const fitted = doubt.fit(0.05, { places: 20, wrong: 0 });
    expect(fitted.lot).toBeGreaterThan(0.009);
    expect(fitted.lot).toBeLessThan(0.011);
    for (const log of [-2, -4, -6, -9]) {
      expect(fitted.wrong(log)).toBeCloseTo(lot / (lot + Math.exp(alpha + gamma * log)), 1);
    }
  });

  it('is what was known before where nothing is seen', () => {
    const { lot, wrong } = new DoubtFit().fit(0.1, { places: 20, wrong: 1 });
    expect(lot).toBeCloseTo(1 / 20, 1);
    expect(wrong(Math.log(0.05))).toBeGreaterThan(0.3);
  });
});

describe('label noise of odd sets', () => {
  const uniform = (samples: number, classes: number) => new Float32Array(samples * classes).fill(1 / classes);

  it.each([
    ['all labels are equal', 40, 3, () => 1],
    ['a class has one sample', 40, 3, (i: number) => (i === 7 ? 2 : i % 2)],
    ['there are more classes than samples', 6, 50, (i: number) => 8 * i],
    ['there are two classes', 40, 2, (i: number) => i % 2],
    ['there is one sample', 1, 4, () => 3],
  ] as const)('says nothing where witnesses say nothing: %s', async (_, samples, classes, label) => {
    const labels = Int32Array.from({ length: samples }, (__, i) => label(i));
    const { noise, errors } = await labelNoise(
      [uniform(samples, classes), uniform(samples, classes)],
      labels,
      classes,
      pause,
    );
    expect(noise).toBeGreaterThanOrEqual(0);
    expect(noise).toBeLessThanOrEqual(0.5);
    for (const { sample, likelier, wrong } of errors) {
      expect(likelier).not.toBe(labels[sample]);
      expect(likelier).toBeLessThan(classes);
      expect(wrong).toBeGreaterThan(0);
      expect(wrong).toBeLessThanOrEqual(1);
    }
  });

  it.each([2, 3, 12])('finds the only wrong one of %i classes', async (classes) => {
    const truth = Int32Array.from({ length: 240 }, (_, i) => i % classes);
    const said = Float32Array.from({ length: 240 * classes }, (_, at) =>
      truth[Math.floor(at / classes)] === at % classes ? 0.97 : 0.03 / (classes - 1),
    );
    const labels = truth.slice();
    labels[100] = (labels[100] + 1) % classes;
    expect((await labelNoise([said], labels, classes, pause)).errors[0]).toMatchObject({
      sample: 100,
      likelier: truth[100],
    });
  });
});

describe('rows of words', () => {
  it('are tf-idf of words and pairs that some but not most texts have, of length 1', async () => {
    // 0 fills up; 1 is in all. 2 and 3 are in two texts each, 2 before 3 in both.
    const texts = [1, 2, 3, 0, 1, 2, 3, 4, 1, 5, 0, 0, 1, 6, 0, 0, 1, 7, 0, 0, 1, 8, 0, 0, 1, 9, 0, 0];
    const rows = await wordRows(Int32Array.from(texts), 4, pause);
    // 2, 3, "1 2" and "2 3".
    expect(rows.size).toBe(4);
    const found = rows.of(0, 3);
    for (let k = 0; k < 4; k++) {
      [0.5, 0.5, 0].forEach((expected, text) => expect(found[4 * text + k]).toBeCloseTo(expected, 6));
    }
  });

  it('are none where texts have nothing in common', async () => {
    expect((await wordRows(Int32Array.of(1, 2, 3, 4), 2, pause)).size).toBe(0);
  });
});
