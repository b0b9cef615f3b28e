import { dot } from '../linear-algebra/vectors.ts';
import { Random } from '../shared/random.ts';
import { times, type Graph } from './graph.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

/**
 * The smoothest functions on a graph: eigenvectors of its normalised matrix to the greatest eigenvalues, by Lanczos' method with all vectors kept
 * orthogonal (Golub and Van Loan, "Matrix Computations", 10.1–10.3), to a hundredth or so: the last of them are the roughest. `vectors`: samples × count; `values`: greatest first. There may be fewer than
 * asked for where the graph has no more.
 */
export async function smoothBasis(
  graph: Graph,
  count: number,
  pause: () => Promise<void>,
): Promise<{ values: Float64Array; vectors: Float32Array; count: number }> {
  const samples = graph.from.length - 1;
  const steps = Math.min(samples, Math.round(count * 1.6) + 20);
  const random = new Random(0x6c616e63);
  const basis: Float32Array[] = [];
  const inner = new Float64Array(steps * steps);
  let next = new Float32Array(samples);
  random.fillNormal(next);
  unit(next);
  for (let made = 0; made < steps; made++) {
    const now = next;
    basis.push(now);
    next = new Float32Array(samples);
    times(graph, now, 1, next);
    inner[made * steps + made] = dot(now, next);
    // Twice is enough (Parlett, "The Symmetric Eigenvalue Problem", 6.9).
    for (let turn = 0; turn < 2; turn++) for (const other of basis) less(next, other, dot(next, other));
    let length = unit(next);
    if (made + 1 === steps) break;
    if (length < 1e-6) {
      // Nothing new this way, as where the graph falls apart: on with another beginning.
      random.fillNormal(next);
      for (let turn = 0; turn < 2; turn++) for (const other of basis) less(next, other, dot(next, other));
      if (unit(next) < 1e-6) break;
      length = 0;
    }
    inner[made * steps + made + 1] = inner[(made + 1) * steps + made] = length;
    if (made % 8 === 0) await pause();
  }
  const size = basis.length;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j] = inner[i * steps + j];
  const { values, vectors } = symmetricEigen(matrix, size);
  const found = Math.min(count, size);
  const out = new Float32Array(samples * found);
  for (let a = 0; a < found; a++) {
    for (let b = 0; b < size; b++) {
      const share = vectors[a * size + b];
      const from = basis[b];
      for (let i = 0; i < samples; i++) out[i * found + a] += share * from[i];
    }
    if (a % 8 === 0) await pause();
  }
  return { values: values.slice(0, found), vectors: out, count: found };
}

function less(from: Float32Array, other: Float32Array, share: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= share * other[i];
}

/** Makes its length 1; what it was. */
function unit(vector: Float32Array): number {
  const length = Math.sqrt(dot(vector, vector));
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
  return length;
}
