import { partingAxes } from './parting-axes.ts';

/** Share of what changes that is taken as the same in every direction: some thousands of changes do not tell it all. */
const shrinkage = 0.1;

/**
 * The directions along which pictures differ most for how little they change when one and the same picture is moved, turned or lit otherwise: what an
 * encoder that is linear learns without labels (the closed form of Balestriero and LeCun, "Contrastive and Non-Contrastive Self-Supervised Learning
 * Recover Global and Local Spectral Embedding Methods", NeurIPS 2022; within-class covariance normalisation, Hatch and Stolcke 2006, with pictures in
 * the place of classes). `rows`: samples × size. `one`, `other`: two alterations of some pictures, row for row. Returns `count` × size, rows; of at
 * most `size`.
 */
export function steadyAxes(
  rows: Float32Array,
  one: Float32Array,
  other: Float32Array,
  size: number,
  count: number,
): Float64Array {
  const mean = new Float64Array(size);
  for (let i = 0; i < rows.length; i++) mean[i % size] += rows[i];
  for (let k = 0; k < size; k++) mean[k] /= rows.length / size;
  const total = products(rows, size, (at, k) => rows[at + k] - mean[k]);
  const change = products(one, size, (at, k) => (one[at + k] - other[at + k]) * Math.SQRT1_2);
  let trace = 0;
  for (let k = 0; k < size; k++) trace += change[k * size + k];
  for (let k = 0; k < size; k++) change[k * size + k] += (shrinkage * trace) / size + 1e-9;
  return partingAxes(change, total, size, Math.min(count, size));
}

/** Means over the rows of the products of each two numbers. */
function products(rows: Float32Array, size: number, value: (at: number, k: number) => number): Float64Array {
  const samples = rows.length / size;
  const sums = new Float64Array(size * size);
  const own = new Float64Array(size);
  for (let at = 0; at < rows.length; at += size) {
    for (let k = 0; k < size; k++) own[k] = value(at, k);
    for (let k = 0; k < size; k++) {
      const factor = own[k] / samples;
      for (let l = 0, to = k * size; l <= k; l++, to++) sums[to] += factor * own[l];
    }
  }
  for (let k = 0; k < size; k++) for (let l = 0; l < k; l++) sums[l * size + k] = sums[k * size + l];
  return sums;
}
