const rounds = 20;
/** How far one round goes, and how many times as much as before a class may weigh in the end. */
const step = 0.7;
const most = 2;

/**
 * How much labels speak for classes that are met equally often: 1 where their counts differ no more than by lot, towards 0 the less likely that is
 * (shrinkage as of James and Stein, "Estimation with Quadratic Loss", 1961: the degrees of freedom by χ², 1 at most).
 */
export function evenness(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  const expected = labels.length / counts.size;
  let square = 0;
  for (const count of counts.values()) square += (count - expected) ** 2 / expected;
  return Math.min(1, (counts.size - 1) / Math.max(square, 1e-9));
}

/**
 * By how much shares of classes are to be multiplied for each class to have as much of all samples (class mass normalisation: Zhu, Ghahramani, Lafferty,
 * "Semi-Supervised Learning Using Gaussian Fields and Harmonic Functions", ICML 2003, 4), as far as `evenness`, 0 to 1, goes: a class whose samples lie
 * between those of others would otherwise have hardly any. `shares`: samples × classes, rows that sum to 1. A class that nothing speaks for keeps 1.
 */
export function massWeights(shares: Float32Array, classes: number, evenness: number): Float64Array {
  const weights = new Float64Array(classes).fill(1);
  const some = [...weights.keys()].filter((c) => {
    for (let at = c; at < shares.length; at += classes) if (shares[at] > 0) return true;
    return false;
  });
  const samples = shares.length / classes;
  for (let round = 0; round < rounds; round++) {
    const mass = new Float64Array(classes);
    for (let at = 0; at < shares.length; at += classes) {
      let sum = 1e-30;
      for (let c = 0; c < classes; c++) sum += shares[at + c] * weights[c];
      for (let c = 0; c < classes; c++) mass[c] += (shares[at + c] * weights[c]) / sum;
    }
    for (const c of some) weights[c] *= (samples / some.length / Math.max(mass[c], 1e-9)) ** step;
  }
  const middle = Math.exp(some.reduce((sum, c) => sum + Math.log(weights[c]) / some.length, 0));
  return weights.map((weight, c) =>
    some.includes(c) ? Math.min(most, Math.max(1 / most, weight / middle)) ** evenness : 1,
  );
}

/** Shares by these weights, in rows that sum to 1 again. */
export function weighted(shares: Float32Array, weights: Float64Array): Float32Array {
  const out = new Float32Array(shares.length);
  const classes = weights.length;
  for (let at = 0; at < shares.length; at += classes) {
    let sum = 1e-30;
    for (let c = 0; c < classes; c++) sum += out[at + c] = shares[at + c] * weights[c];
    for (let c = 0; c < classes; c++) out[at + c] /= sum;
  }
  return out;
}
