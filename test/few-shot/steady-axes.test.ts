import { describe, expect, it } from 'vitest';
import { partingAxes } from '../../src-main/few-shot/parting-axes.ts';
import { steadyAxes } from '../../src-main/few-shot/steady-axes.ts';
import { Random } from '../../src-main/shared/random.ts';

describe('axes that part', () => {
  it('make both matrices diagonal at once, as SciPy finds them', () => {
    // scipy.linalg.eigh(between, within): eigenvalues as expected below.
    const between = Float64Array.of(4, 1, 0.5, 1, 3, 0.2, 0.5, 0.2, 2);
    const within = Float64Array.of(2, 0.3, 0.1, 0.3, 1.5, 0.4, 0.1, 0.4, 3);
    const n = 3;
    const axes = partingAxes(within, between, n, n);
    const along = (matrix: Float64Array, a: number, b: number): number => {
      let sum = 0;
      for (let k = 0; k < n; k++)
        for (let l = 0; l < n; l++) sum += axes[a * n + k] * matrix[k * n + l] * axes[b * n + l];
      return sum;
    };
    const expected = [2.2110324192131854, 1.7951612127944299, 0.6371131740263557];
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        expect(along(within, a, b)).toBeCloseTo(a === b ? 1 : 0, 10);
        expect(along(between, a, b)).toBeCloseTo(a === b ? expected[a] : 0, 8);
      }
    }
  });
});

describe('steady axes', () => {
  const size = 4;
  const samples = 2000;
  const random = new Random(9);
  const normal = (): number => random.normal();

  it('turn to what pictures differ by and alterations do not change', () => {
    // Along 0 everything differs most, and changes as much with every alteration; along 2 it differs less, and is steady.
    const spread = [5, 1, 2, 1];
    const change = [5, 1, 0.1, 1];
    const truth = Float32Array.from({ length: samples * size }, (_, i) => spread[i % size] * normal());
    const altered = (): Float32Array => truth.map((value, i) => value + change[i % size] * normal());
    const axes = steadyAxes(truth, altered(), altered(), size, 2);
    expect(axes).toHaveLength(2 * size);
    const first = [...axes.subarray(0, size)].map(Math.abs);
    expect(first.indexOf(Math.max(...first))).toBe(2);
    expect(first[2]).toBeGreaterThan(5 * Math.max(first[0], first[1], first[3]));
  });

  it('are those along which rows differ most where nothing changes, and no more than there are', () => {
    const spread = [1, 3, 2, 0.5];
    const rows = Float32Array.from({ length: samples * size }, (_, i) => spread[i % size] * normal() + 7);
    const axes = steadyAxes(rows, rows, rows, size, 9);
    expect(axes).toHaveLength(size * size);
    const most = Array.from({ length: size }, (_, a) => {
      const row = [...axes.subarray(a * size, (a + 1) * size)].map(Math.abs);
      return row.indexOf(Math.max(...row));
    });
    expect(most).toEqual([1, 2, 0, 3]);
  });
});
