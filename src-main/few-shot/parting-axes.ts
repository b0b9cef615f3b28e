import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

/**
 * The directions along which there is most of `between` for what there is of `within` (both symmetric, size × size; `within` positive definite), most
 * first: `count` × size, rows a with aᵀ·within·a = 1, the generalised eigenvectors of between·a = λ·within·a (Fukunaga, "Introduction to Statistical
 * Pattern Recognition", 1990, 2.3: both matrices made diagonal at once).
 */
export function partingAxes(within: Float64Array, between: Float64Array, size: number, count: number): Float64Array {
  const inner = symmetricEigen(within, size);
  // Rows that make what is within the same in all directions.
  const whitening = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    const scale = 1 / Math.sqrt(Math.max(inner.values[a], 1e-12));
    for (let k = 0; k < size; k++) whitening[a * size + k] = inner.vectors[a * size + k] * scale;
  }
  const half = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let k = 0; k < size; k++) {
      const value = whitening[a * size + k];
      for (let l = 0; l < size; l++) half[a * size + l] += value * between[k * size + l];
    }
  }
  const seen = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += half[a * size + k] * whitening[b * size + k];
      seen[a * size + b] = seen[b * size + a] = sum;
    }
  }
  const outer = symmetricEigen(seen, size);
  const axes = new Float64Array(count * size);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < size; b++) {
      const share = outer.vectors[a * size + b];
      for (let k = 0; k < size; k++) axes[a * size + k] += share * whitening[b * size + k];
    }
  }
  return axes;
}
