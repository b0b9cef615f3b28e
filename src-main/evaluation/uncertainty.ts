/** How unsure a classifier is of each sample; the greater the less sure. Settles, "Active Learning Literature Survey" (2009), section 3.1. */
export interface Uncertainty {
  /** Of the probabilities, as a share of that of an even guess: 0 to 1. */
  entropy: Float32Array;
  /** 1 less the lead of the likeliest class over the next: 0 to 1. */
  margin: Float32Array;
  /** 1 less the likeliest class's probability. */
  leastConfidence: Float32Array;
  /** The likeliest class, and its probability. */
  best: Int32Array;
  confidence: Float32Array;
}

/**
 * Of a model that decides for each class by itself: the least sure decision tells how sure it is of the sample, and entropy is the mean over
 * decisions. `probabilities`: samples × classes, 0 to 1 each. `chosen`: the classes that are decided for.
 */
export function decisionUncertaintyOf(
  probabilities: Float32Array,
  classes: number,
  threshold: number,
): Uncertainty & { chosen: number[][] } {
  const count = classes === 0 ? 0 : probabilities.length / classes;
  const found = uncertaintyOf(probabilities, classes);
  const chosen = Array.from({ length: count }, (_, i): number[] => {
    const own = probabilities.subarray(i * classes, (i + 1) * classes);
    const sure = own.reduce((least, p) => Math.min(least, Math.max(p, 1 - p)), 1);
    found.confidence[i] = sure;
    found.leastConfidence[i] = 1 - sure;
    found.margin[i] = 2 * (1 - sure);
    found.entropy[i] = own.reduce((sum, p) => sum + binaryEntropy(p), 0) / classes;
    return [...own.keys()].filter((c) => own[c] >= threshold);
  });
  return { ...found, chosen };
}

/** In bits. */
const binaryEntropy = (p: number): number => (p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));

/** `probabilities`: samples × classes, rows that sum to 1. A single class leaves no doubt. */
export function uncertaintyOf(probabilities: Float32Array, classes: number): Uncertainty {
  const count = classes === 0 ? 0 : probabilities.length / classes;
  const found: Uncertainty = {
    entropy: new Float32Array(count),
    margin: new Float32Array(count),
    leastConfidence: new Float32Array(count),
    best: new Int32Array(count),
    confidence: new Float32Array(count),
  };
  for (let i = 0; i < count; i++) {
    let [first, second, best, entropy] = [-1, 0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const p = probabilities[i * classes + k];
      if (p > 0) entropy -= p * Math.log(p);
      if (p > first) [first, second, best] = [p, Math.max(first, 0), k];
      else if (p > second) second = p;
    }
    found.entropy[i] = classes > 1 ? entropy / Math.log(classes) : 0;
    found.margin[i] = classes > 1 ? 1 - (first - second) : 0;
    found.leastConfidence[i] = 1 - first;
    found.best[i] = best;
    found.confidence[i] = first;
  }
  return found;
}
