/** Matrices that are symmetric and positive definite, of which the lower half is read; rows one after another, m × m. */

/** L of LLᵀ = A + ridge·I. */
export function cholesky(lower: Float64Array, m: number, ridge: number): Float64Array {
  const factor = lower.slice();
  for (let a = 0; a < m; a++) factorRow(factor, a, m, ridge);
  return factor;
}

const pausedEvery = 32;

/** The same, with `pause` awaited between rows. */
export async function choleskySlowly(
  lower: Float64Array,
  m: number,
  ridge: number,
  pause: () => Promise<void>,
): Promise<Float64Array> {
  const factor = lower.slice();
  for (let a = 0; a < m; a++) {
    factorRow(factor, a, m, ridge);
    if (a % pausedEvery === 0) await pause();
  }
  return factor;
}

function factorRow(factor: Float64Array, a: number, m: number, ridge: number): void {
  factor[a * m + a] += ridge;
  for (let b = 0; b <= a; b++) {
    let sum = factor[a * m + b];
    for (let c = 0, x = a * m, y = b * m; c < b; c++) sum -= factor[x++] * factor[y++];
    factor[a * m + b] = a === b ? Math.sqrt(Math.max(sum, ridge * 1e-6)) : sum / factor[b * m + b];
  }
}

/** x of LLᵀx = b, of several b at once: m × columns. */
export function solved(factor: Float64Array, m: number, b: Float64Array, columns: number): Float64Array {
  const x = b.slice();
  for (let a = 0; a < m; a++) {
    for (let c = 0; c < a; c++) {
      for (let k = 0; k < columns; k++) x[a * columns + k] -= factor[a * m + c] * x[c * columns + k];
    }
    for (let k = 0; k < columns; k++) x[a * columns + k] /= factor[a * m + a];
  }
  for (let a = m - 1; a >= 0; a--) {
    for (let c = a + 1; c < m; c++) {
      for (let k = 0; k < columns; k++) x[a * columns + k] -= factor[c * m + a] * x[c * columns + k];
    }
    for (let k = 0; k < columns; k++) x[a * columns + k] /= factor[a * m + a];
  }
  return x;
}

/** L⁻¹, turned over: what rows are multiplied with, row · L⁻ᵀ, to make of the matrix LLᵀ one of ones. `pause` is awaited between rows. */
export async function inverseTransposed(
  factor: Float64Array,
  m: number,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  // Row a of L⁻¹ is (eₐ − Σ_b L[a,b] · row b) / L[a,a].
  const inverse = new Float64Array(m * m);
  for (let a = 0; a < m; a++) {
    const own = inverse.subarray(a * m, a * m + a + 1);
    own[a] = 1;
    for (let b = 0; b < a; b++) {
      const share = factor[a * m + b];
      if (share === 0) continue;
      for (let c = 0, at = b * m; c <= b; c++) own[c] -= share * inverse[at++];
    }
    for (let c = 0; c <= a; c++) own[c] /= factor[a * m + a];
    if (a % pausedEvery === 0) await pause();
  }
  const out = new Float32Array(m * m);
  for (let a = 0; a < m; a++) for (let c = 0; c <= a; c++) out[c * m + a] = inverse[a * m + c];
  return out;
}
