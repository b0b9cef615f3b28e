import { cholesky, inverse } from '../linear-algebra/cholesky.ts';

/** How far functions may be from smooth, and how far labels may be from them. */
const tau = 0.01;
const noise = 0.1;
/** How unsure it may be of anything at the least, as a share of the most. */
const unsureAtLeast = 0.05;

export interface Basis {
  /** Samples × count. */
  vectors: Float32Array;
  /** Of the graph's normalised matrix. */
  values: Float64Array;
  count: number;
}

/**
 * Which samples tell most of the others, were they labelled: those that change most what is known of all, the more so the less sure it is of them
 * (model change with variance optimality: Miller and Calder, "Model Change Active Learning in Graph-Based Semi-supervised Learning", 2024). Known are
 * the labels, as a Gaussian process over the smoothest functions of the graph. `said`: places in the basis of what is labelled. `shares`: what is
 * thought of each place, places × classes; null where that is not worth much yet: then only how little is known there counts. Returns the next `wanted`
 * open places, most telling first, each chosen as if those before it were labelled.
 */
export function tellingOrder(
  { vectors, values, count }: Basis,
  said: readonly number[],
  shares: Float32Array | null,
  wanted: number,
  open: (place: number) => boolean,
): Int32Array {
  const samples = vectors.length / count;
  const covariance = covarianceAfter(vectors, values, count, said);
  // Rows of vectors · covariance, kept as the covariance changes.
  const carried = new Float32Array(samples * count);
  for (let i = 0; i < samples; i++) {
    const own = i * count;
    for (let a = 0; a < count; a++) {
      const value = vectors[own + a];
      for (let b = 0, at = a * count; b < count; b++, at++) carried[own + b] += value * covariance[at];
    }
  }
  const take = (place: number): void => {
    const row = carried.slice(place * count, (place + 1) * count);
    let spread = noise;
    for (let a = 0; a < count; a++) spread += vectors[place * count + a] * row[a];
    for (let i = 0; i < samples; i++) {
      const at = i * count;
      let along = 0;
      for (let a = 0; a < count; a++) along += vectors[at + a] * row[a];
      along /= spread;
      for (let a = 0; a < count; a++) carried[at + a] -= along * row[a];
    }
  };

  const unsure = shares && doubts(shares, samples);
  const taken = new Set<number>();
  const order: number[] = [];
  while (order.length < wanted) {
    let [best, which] = [-1, -1];
    for (let i = 0; i < samples; i++) {
      if (taken.has(i) || !open(i)) continue;
      const at = i * count;
      let squares = 0;
      let variance = noise;
      for (let a = 0; a < count; a++) {
        squares += carried[at + a] * carried[at + a];
        variance += carried[at + a] * vectors[at + a];
      }
      const score = (squares / variance) * (unsure ? unsure[i] : 1);
      if (score > best) [best, which] = [score, i];
    }
    if (which < 0) break;
    taken.add(which);
    order.push(which);
    take(which);
  }
  return Int32Array.from(order);
}

/** (Λ + VᵀV / noise)⁻¹, V the rows of what was labelled: count × count. */
function covarianceAfter(
  vectors: Float32Array,
  values: Float64Array,
  count: number,
  said: readonly number[],
): Float64Array {
  const precision = new Float64Array(count * count);
  for (let a = 0; a < count; a++) precision[a * count + a] = Math.max(0, 1 - values[a]) + tau;
  for (const place of said) {
    for (let a = 0; a < count; a++) {
      const value = vectors[place * count + a] / noise;
      for (let b = 0; b < count; b++) precision[a * count + b] += value * vectors[place * count + b];
    }
  }
  return inverse(cholesky(precision, count, 0), count);
}

/** How near the second class comes to the likeliest of each. */
function doubts(shares: Float32Array, samples: number): Float32Array {
  const classes = shares.length / samples;
  return Float32Array.from({ length: samples }, (_, i) => {
    let [best, second] = [1e-12, 0];
    for (let at = i * classes; at < (i + 1) * classes; at++) {
      if (shares[at] > best) [best, second] = [shares[at], best];
      else if (shares[at] > second) second = shares[at];
    }
    return second / best + unsureAtLeast;
  });
}
