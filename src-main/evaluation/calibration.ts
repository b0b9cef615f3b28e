import type { ReliabilityBins } from '../shared/evaluation.ts';
import { argmaxRows } from './classification.ts';

/** Whether a probability is as often right as it says (Guo et al., "On Calibration of Modern Neural Networks", 2017). */

export const usualBins = 15;

/**
 * One bin holds its upper end, the first one its lower end as well (scikit-learn's `calibration_curve`); the expected calibration error is
 * the bins' gaps between confidence and accuracy, by their share of the samples. `confidence`: of each sample a probability; `right`: whether what
 * it is the probability of was so.
 */
export function reliability(
  confidence: ArrayLike<number>,
  right: ArrayLike<number | boolean>,
  bins = usualBins,
): ReliabilityBins {
  const counts = new Array<number>(bins).fill(0);
  const sums = new Float64Array(bins);
  const hits = new Float64Array(bins);
  const edges = Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
  for (let i = 0; i < confidence.length; i++) {
    let bin = 0;
    while (bin < edges.length && confidence[i] > edges[bin]) bin++;
    counts[bin]++;
    sums[bin] += confidence[i];
    if (right[i]) hits[bin]++;
  }
  let gaps = 0;
  for (let bin = 0; bin < bins; bin++) gaps += Math.abs(hits[bin] - sums[bin]);
  return {
    bins: counts.map((count, bin) => ({ count, confidence: sums[bin] / count, accuracy: hits[bin] / count })),
    ece: confidence.length === 0 ? NaN : gaps / confidence.length,
  };
}

/** Of the likeliest class of each sample; those without a label are left out. */
export function topLabelReliability(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
  bins = usualBins,
): ReliabilityBins {
  const best = argmaxRows(probabilities, classes);
  const known = [...best.keys()].filter((i) => actual[i] >= 0);
  return reliability(
    known.map((i) => probabilities[i * classes + best[i]]),
    known.map((i) => best[i] === actual[i]),
    bins,
  );
}

/** The least normal 32-bit float: what softmax gives for less is 0, which has no logarithm. */
const least = 2 ** -126;

/** softmax(logits / temperature), from softmax(logits): logarithms of probabilities are logits but for a constant. */
export function withTemperature(probabilities: ArrayLike<number>, classes: number, temperature: number): Float64Array {
  const scaled = new Float64Array(probabilities.length);
  for (let row = 0; row < scaled.length; row += classes) {
    let highest = -Infinity;
    for (let c = row; c < row + classes; c++) {
      scaled[c] = Math.log(Math.max(least, probabilities[c])) / temperature;
      highest = Math.max(highest, scaled[c]);
    }
    let sum = 0;
    for (let c = row; c < row + classes; c++) sum += scaled[c] = Math.exp(scaled[c] - highest);
    for (let c = row; c < row + classes; c++) scaled[c] /= sum;
  }
  return scaled;
}

/** Beyond these a model is as good as always right, or as good as guessing. */
export const temperatureRange = [0.05, 20] as const;

/**
 * The temperature with the least log loss, within `temperatureRange`; null where no sample has a label. In 1 / temperature the loss is
 * convex, so its slope, Σ (E_p[z] - z_actual), has one root: found by halving.
 */
export function fitTemperature(
  probabilities: ArrayLike<number>,
  actual: ArrayLike<number>,
  classes: number,
): number | null {
  const logits = Float64Array.from(probabilities, (p) => Math.log(Math.max(least, p)));
  const known = Array.from(actual, (_, i) => i).filter((i) => actual[i] >= 0);
  if (known.length === 0) return null;
  const slope = (inverse: number): number => {
    let total = 0;
    for (const i of known) {
      const row = i * classes;
      let highest = -Infinity;
      for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]);
      let [sum, weighted] = [0, 0];
      for (let c = 0; c < classes; c++) {
        const weight = Math.exp((logits[row + c] - highest) * inverse);
        sum += weight;
        weighted += weight * logits[row + c];
      }
      total += weighted / sum - logits[row + actual[i]];
    }
    return total;
  };
  let [low, high] = [1 / temperatureRange[1], 1 / temperatureRange[0]];
  if (slope(low) >= 0) return temperatureRange[1];
  if (slope(high) <= 0) return temperatureRange[0];
  // By ratio: the answer is good to as many digits wherever it lies.
  for (let step = 0; step < 40; step++) {
    const middle = Math.sqrt(low * high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / Math.sqrt(low * high);
}
