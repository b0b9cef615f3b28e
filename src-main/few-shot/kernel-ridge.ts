import type { Said } from './spread.ts';
import { cholesky, inverse } from '../linear-algebra/cholesky.ts';

/** Added to a label's likeness to itself: how far labels may be from what is learnt. */
const ridge = 0.05;

/** Of unit vectors whose products are `cosines`: exp(−d²) each, d how far apart they are. In place. */
export function kernelOf(cosines: Float32Array): Float32Array {
  for (let at = 0; at < cosines.length; at++) cosines[at] = Math.exp(2 * cosines[at] - 2);
  return cosines;
}

/**
 * What labels say of samples by likeness alone: kernel ridge regression on the labels (Saunders, Gammerman, Vovk, ICML 1998). `kernel`: samples ×
 * columns, to each labelled sample; `columnOf`: whose column is where; labels of samples without one are left out. Returns columns × classes: kernel
 * times it is higher by about 1 for the class of a sample like the labelled ones of that class and of no other.
 */
export function ridgeWeights(
  kernel: Float32Array,
  columnOf: ReadonlyMap<number, number>,
  said: Said,
  classes: number,
): Float32Array {
  const width = columnOf.size;
  const used = Array.from({ length: said.samples.length }, (_, i) => i).filter((i) => columnOf.has(said.samples[i]));
  const columns = used.map((i) => columnOf.get(said.samples[i])!);
  const n = used.length;
  const matrix = new Float64Array(n * n);
  used.forEach((i, a) => {
    const own = said.samples[i] * width;
    for (let b = 0; b < n; b++) matrix[a * n + b] = kernel[own + columns[b]];
  });
  const precision = inverse(cholesky(matrix, n, ridge), n);
  const weights = new Float32Array(width * classes);
  for (let a = 0; a < n; a++) {
    const own = weights.subarray(columns[a] * classes, (columns[a] + 1) * classes);
    let sum = 0;
    used.forEach((i, b) => {
      own[said.classes[i]] += precision[a * n + b];
      sum += precision[a * n + b];
    });
    // From each label what all classes have of it alike.
    for (let c = 0; c < classes; c++) own[c] -= sum / classes;
  }
  return weights;
}

/** How far scores must differ to matter. */
const temperature = 0.2;

/**
 * What both the neighbours and the labels by themselves say: the roots of shares by the softmax of scores (a product of experts, Hinton 2002).
 * Both samples × classes; so is what is returned, in rows that sum to 1.
 */
export function agreed(shares: Float32Array, scores: Float32Array, classes: number): Float32Array {
  const out = new Float32Array(shares.length);
  for (let at = 0; at < shares.length; at += classes) {
    let highest = -Infinity;
    for (let c = at; c < at + classes; c++) highest = Math.max(highest, scores[c]);
    let sum = 1e-30;
    for (let c = at; c < at + classes; c++) {
      sum += out[c] = Math.sqrt(shares[c]) * Math.exp((scores[c] - highest) / temperature);
    }
    for (let c = at; c < at + classes; c++) out[c] /= sum;
  }
  return out;
}
