/** Less than this of a class nobody says: one opinion must not rule it out for all. */
const least = 1e-6;

/**
 * One answer of several, each as trusted as any other: their geometric mean (the logarithmic opinion pool, Genest and Zidek, "Combining Probability
 * Distributions", 1986). What errs in different ways errs less together. Each: samples × classes, rows that sum to 1; so is what is returned.
 */
export function pooled(opinions: readonly Float32Array[], classes: number): Float32Array {
  const out = new Float32Array(opinions[0].length);
  for (const opinion of opinions) {
    for (let i = 0; i < out.length; i++) out[i] += Math.log(opinion[i] + least) / opinions.length;
  }
  for (let at = 0; at < out.length; at += classes) {
    let sum = 0;
    for (let c = at; c < at + classes; c++) sum += out[c] = Math.exp(out[c]);
    for (let c = at; c < at + classes; c++) out[c] /= sum;
  }
  return out;
}
