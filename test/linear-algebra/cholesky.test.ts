import { describe, expect, it } from 'vitest';
import {
  cholesky,
  choleskyIfDefinite,
  choleskySlowly,
  inverse,
  inverseTransposed,
  solved,
  solvedLower,
  solvedUpper,
} from '../../src-main/linear-algebra/cholesky.ts';
import { Random } from '../../src-main/shared/random.ts';

const n = 40;
/** MMᵀ + I, far from singular. */
const definite = ((): Float64Array => {
  const random = new Random(11);
  const m = Float64Array.from({ length: n * n }, () => random.normal());
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = i === j ? 1 : 0;
    for (let k = 0; k < n; k++) sum += m[i * n + k] * m[j * n + k];
    return sum;
  });
})();
const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
const lower = (factor: Float64Array): Float64Array => factor.map((x, at) => (at % n <= Math.floor(at / n) ? x : 0));
const transposed = (a: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => a[(at % n) * n + Math.floor(at / n)]);
const times = (a: ArrayLike<number>, b: ArrayLike<number>, columns: number): Float64Array =>
  Float64Array.from({ length: n * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * columns + j];
    return sum;
  });
function expectAlike(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  let worst = 0;
  for (let at = 0; at < found.length; at++) worst = Math.max(worst, Math.abs(found[at] - wanted[at]));
  expect(worst).toBeLessThan(tolerance);
}
const noPause = async (): Promise<void> => undefined;

describe('a Cholesky factor', () => {
  const factor = choleskyIfDefinite(definite, n)!;

  it('times itself turned over is the matrix', () => {
    expectAlike(times(lower(factor), transposed(lower(factor)), n), definite, 1e-11);
  });

  it('reads the lower half alone, and leaves the matrix as it was', () => {
    const half = lower(definite);
    expect(lower(choleskyIfDefinite(half, n)!)).toEqual(lower(factor));
    expect(half).toEqual(lower(definite));
  });

  it('of a matrix with a ridge is that of their sum, with pauses or without', async () => {
    const sum = definite.map((x, at) => x + 3 * identity[at]);
    expectAlike(lower(cholesky(definite, n, 3)), lower(choleskyIfDefinite(sum, n)!), 1e-12);
    let pauses = 0;
    const slow = await choleskySlowly(definite, n, 3, async () => void pauses++);
    expect(slow).toEqual(cholesky(definite, n, 3));
    expect(pauses).toBeGreaterThan(1);
  });

  it('is none where the matrix is not definite, or holds no numbers; a ridge makes one', () => {
    const singular = new Float64Array([1, 1, 1, 1]);
    expect(choleskyIfDefinite(singular, 2)).toBeNull();
    expect(choleskyIfDefinite(new Float64Array([1, 2, 2, 1]), 2)).toBeNull();
    expect(choleskyIfDefinite(new Float64Array([Number.NaN]), 1)).toBeNull();
    expect([...cholesky(singular, 2, 1e-8)].every(Number.isFinite)).toBe(true);
  });

  it('solves, several at once as one by one', () => {
    const random = new Random(12);
    const b = Float64Array.from({ length: n * 3 }, () => random.normal());
    const x = solved(factor, n, b, 3);
    expectAlike(times(definite, x, 3), b, 1e-10);
    for (let k = 0; k < 3; k++) {
      const column = (of: Float64Array): Float64Array => of.filter((_, at) => at % 3 === k);
      expect(solved(factor, n, column(b))).toEqual(column(x));
    }
    const one = b.slice(0, n);
    expectAlike(times(lower(factor), solvedLower(factor, n, one), 1), one, 1e-11);
    expectAlike(times(transposed(lower(factor)), solvedUpper(factor, n, one), 1), one, 1e-11);
  });

  it('has an inverse, and the matrix has', async () => {
    expectAlike(times(definite, inverse(factor, n), n), identity, 1e-10);
    const white = await inverseTransposed(factor, n, noPause);
    expectAlike(times(transposed(lower(factor)), white, n), identity, 1e-5);
  });
});
