/**
 * Symmetric positive definite matrices, by their Cholesky factors L, LLᵀ = A (Golub and Van Loan, Matrix Computations, 4.2). All are n × n, rows
 * one after another; of A the lower half is read, of L the lower half is what counts.
 */

/** Those that do much at once wait for `pause` between so many rows. */
const pausedEvery = 32;

/** L of A + ridge·I. What rounding makes of a crowded matrix must not end it: no pivot is below a millionth of the ridge. */
export function cholesky(matrix: Float64Array, n: number, ridge: number): Float64Array {
  const factor = matrix.slice();
  for (let row = 0; row < n; row += together) factorRows(factor, row, n, ridge, ridge * 1e-6);
  return factor;
}

/** The same, with `pause` awaited between rows. */
export async function choleskySlowly(
  matrix: Float64Array,
  n: number,
  ridge: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const factor = matrix.slice();
  for (let row = 0; row < n; row += together) {
    factorRows(factor, row, n, ridge, ridge * 1e-6);
    if (row % pausedEvery === 0) await pause();
  }
  return factor;
}

/** L of A as it is, or null where that is not positive definite. */
export function choleskyIfDefinite(matrix: Float64Array, n: number): Float64Array | null {
  const factor = matrix.slice();
  for (let row = 0; row < n; row++) if (!factorRow(factor, row, n, 0, 0)) return null;
  return factor;
}

/** So many rows are made at once: none of the sums waits for another, each is added up in its own order. */
const together = 4;

function factorRows(factor: Float64Array, row: number, n: number, ridge: number, leastPivot: number): void {
  if (row + together > n) {
    for (let each = row; each < n; each++) factorRow(factor, each, n, ridge, leastPivot);
    return;
  }
  for (let b = 0; b < row; b++) {
    const [r0, r1, r2, r3, y] = [row * n, (row + 1) * n, (row + 2) * n, (row + 3) * n, b * n];
    let s0 = factor[r0 + b];
    let s1 = factor[r1 + b];
    let s2 = factor[r2 + b];
    let s3 = factor[r3 + b];
    for (let c = 0; c < b; c++) {
      const other = factor[y + c];
      s0 -= factor[r0 + c] * other;
      s1 -= factor[r1 + c] * other;
      s2 -= factor[r2 + c] * other;
      s3 -= factor[r3 + c] * other;
    }
    const pivot = factor[y + b];
    factor[r0 + b] = s0 / pivot;
    factor[r1 + b] = s1 / pivot;
    factor[r2 + b] = s2 / pivot;
    factor[r3 + b] = s3 / pivot;
  }
  for (let each = row; each < row + together; each++) factorRow(factor, each, n, ridge, leastPivot, row);
}

/** In place, from the rows above it and its own first columns. Whether its pivot is positive. */
function factorRow(
  factor: Float64Array,
  row: number,
  n: number,
  ridge: number,
  leastPivot: number,
  known = 0,
): boolean {
  factor[row * n + row] += ridge;
  for (let b = known; b <= row; b++) {
    let sum = factor[row * n + b];
    for (let c = 0, x = row * n, y = b * n; c < b; c++) sum -= factor[x++] * factor[y++];
    factor[row * n + b] = b === row ? Math.sqrt(Math.max(sum, leastPivot)) : sum / factor[b * n + b];
  }
  return factor[row * n + row] > 0;
}

/** x of LLᵀx = b, of several b at once: n × columns. */
export const solved = (factor: Float64Array, n: number, b: Float64Array, columns = 1): Float64Array =>
  solvedUpper(factor, n, solvedLower(factor, n, b, columns), columns);

/** x of Lx = b. */
export function solvedLower(factor: Float64Array, n: number, b: Float64Array, columns = 1): Float64Array {
  const x = b.slice();
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < row; c++) {
      for (let k = 0; k < columns; k++) x[row * columns + k] -= factor[row * n + c] * x[c * columns + k];
    }
    for (let k = 0; k < columns; k++) x[row * columns + k] /= factor[row * n + row];
  }
  return x;
}

/** x of Lᵀx = b. */
export function solvedUpper(factor: Float64Array, n: number, b: Float64Array, columns = 1): Float64Array {
  const x = b.slice();
  for (let row = n - 1; row >= 0; row--) {
    for (let k = 0; k < columns; k++) x[row * columns + k] /= factor[row * n + row];
    for (let c = 0; c < row; c++) {
      for (let k = 0; k < columns; k++) x[c * columns + k] -= factor[row * n + c] * x[row * columns + k];
    }
  }
  return x;
}

/** (LLᵀ)⁻¹, both halves of it. */
export function inverse(factor: Float64Array, n: number): Float64Array {
  const ofFactor = new Float64Array(n * n);
  for (let row = 0; row < n; row++) invertRow(factor, ofFactor, row, n);
  const out = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let i = 0; i <= row; i++) {
      const share = ofFactor[row * n + i];
      for (let j = 0; j <= i; j++) out[i * n + j] += share * ofFactor[row * n + j];
    }
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[j * n + i] = out[i * n + j];
  return out;
}

/** L⁻¹, turned over: what rows are multiplied with, row · L⁻ᵀ, to make of the matrix LLᵀ one of ones. `pause` is awaited between rows. */
export async function inverseTransposed(
  factor: Float64Array,
  n: number,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const ofFactor = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    invertRow(factor, ofFactor, row, n);
    if (row % pausedEvery === 0) await pause();
  }
  const out = new Float32Array(n * n);
  for (let row = 0; row < n; row++) for (let c = 0; c <= row; c++) out[c * n + row] = ofFactor[row * n + c];
  return out;
}

/** Row a of L⁻¹ is (eₐ − Σ_b L[a,b] · row b) / L[a,a]; some rows b are taken away in one turn, one after another. */
function invertRow(factor: Float64Array, ofFactor: Float64Array, row: number, n: number): void {
  const own = ofFactor.subarray(row * n, row * n + row + 1);
  const shares = factor.subarray(row * n, row * n + row + 1);
  own[row] = 1;
  let b = 0;
  for (; b + together <= row; b += together) {
    const [s0, s1, s2, s3] = [shares[b], shares[b + 1], shares[b + 2], shares[b + 3]];
    const [r0, r1, r2, r3] = [b * n, (b + 1) * n, (b + 2) * n, (b + 3) * n];
    // Right of their diagonals the rows are 0.
    for (let c = 0; c < b + together; c++) {
      own[c] = own[c] - s0 * ofFactor[r0 + c] - s1 * ofFactor[r1 + c] - s2 * ofFactor[r2 + c] - s3 * ofFactor[r3 + c];
    }
  }
  for (; b < row; b++) for (let c = 0, at = b * n; c <= b; c++) own[c] -= shares[b] * ofFactor[at++];
  for (let c = 0; c <= row; c++) own[c] /= shares[row];
}
