import { cholesky, solved } from '../linear-algebra/cholesky.ts';

/**
 * What of the witnesses' mistakes has a pattern: that one takes shirts for coats says that its "coat" speaks for a shirt, too. Multinomial logistic
 * regression on the logarithms of what all witnesses say of all classes, added to their pool, by Böhning's bound on the curvature
 * ("Multinomial Logistic Regression Algorithm", Annals of the Institute of Statistical Mathematics 44, 1992): each step ascends, with one matrix
 * factored once.
 */
export interface Leanings {
  /** Adds to the logarithm of each class what the sample's features say of it. */
  add(features: Float32Array, from: number, into: Float64Array): void;
  /** What a sample speaks for: `towards` less `now`, of each class. */
  hear(features: Float32Array, from: number, towards: Float64Array, now: Float64Array): void;
  /** One step along what was heard since the last one. */
  step(): void;
}

/** Of the prior, whose mean is no leaning at all: as if so much had been seen that speaks for none. */
const ridge = 30;
/** More features than this cannot be told from so few samples. */
const mostFeatures = 400;

/** `features`: samples × size. Null where there are too many of them. */
export function leaningsOf(features: Float32Array, size: number, classes: number): Leanings | null {
  const width = size + 1;
  if (width > mostFeatures) return null;
  const samples = features.length / size;
  const own = new Float64Array(width).fill(1);
  const curve = new Float64Array(width * width);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < size; a++) own[a] = features[i * size + a];
    for (let a = 0; a < width; a++) {
      for (let b = 0, at = a * width; b <= a; b++, at++) curve[at] += own[a] * own[b] * 0.5;
    }
  }
  const factor = cholesky(curve, width, ridge);
  /** width × classes; of a feature they sum to 0. */
  const weights = new Float64Array(width * classes);
  const slope = new Float64Array(width * classes);
  return {
    add(some, from, into) {
      for (let a = 0; a < width; a++) {
        const value = a < size ? some[from + a] : 1;
        for (let k = 0, at = a * classes; k < classes; k++) into[k] += value * weights[at++];
      }
    },
    hear(some, from, towards, now) {
      for (let a = 0; a < width; a++) {
        const value = a < size ? some[from + a] : 1;
        for (let k = 0, at = a * classes; k < classes; k++) slope[at++] += value * (towards[k] - now[k]);
      }
    },
    step() {
      for (let at = 0; at < slope.length; at++) slope[at] -= ridge * weights[at];
      solved(factor, width, slope, classes).forEach((value, at) => (weights[at] += value));
      slope.fill(0);
    },
  };
}
