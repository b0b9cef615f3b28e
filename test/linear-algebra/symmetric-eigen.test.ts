import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../src-main/linear-algebra/symmetric-eigen.ts';
import { Random } from '../../src-main/shared/random.ts';

describe('eigenvalues of a symmetric matrix', () => {
  it('are those of the chain of springs, which are known in closed form', () => {
    const n = 40;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i + 1 < n) matrix[i * n + i + 1] = matrix[(i + 1) * n + i] = -1;
    }
    const { values } = symmetricEigen(matrix, n);
    for (let k = 0; k < n; k++) expect(values[k]).toBeCloseTo(2 - 2 * Math.cos(((n - k) * Math.PI) / (n + 1)), 10);
  });

  it('come with vectors of length 1, at right angles, that the matrix only stretches', () => {
    const n = 25;
    const random = new Random(3);
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = random.normal();
    const { values, vectors } = symmetricEigen(matrix, n);
    const row = (a: number): Float64Array => vectors.subarray(a * n, (a + 1) * n);
    for (let a = 0; a < n; a++) {
      for (let i = 0; i < n; i++) {
        const stretched = row(a).reduce((sum, value, j) => sum + matrix[i * n + j] * value, 0);
        expect(stretched).toBeCloseTo(values[a] * row(a)[i], 9);
      }
      for (let b = 0; b <= a; b++) {
        const product = row(a).reduce((sum, value, j) => sum + value * row(b)[j], 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 10);
      }
    }
    expect([...values]).toEqual([...values].sort((x, y) => y - x));
  });

  it('are zeros of a matrix of zeros', () => {
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  });
});
