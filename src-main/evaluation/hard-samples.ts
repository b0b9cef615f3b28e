import { likeliest } from './label-noise.ts';

/** Per sample the probability of its label less that of the best other class: -1 wrong for sure, 0 undecided, 1 right for sure. */
export function margins(probabilities: Float32Array, labels: Int32Array, classes: number): Float32Array {
  return Float32Array.from(labels, (label, i) => {
    let other = 0;
    for (let k = 0; k < classes; k++) if (k !== label) other = Math.max(other, probabilities[i * classes + k]);
    return probabilities[i * classes + label] - other;
  });
}

/** A margin below this is a close call or a mistake. */
const hardMargin = 0.2;

/** The samples that are hard to tell, hardest first. */
export function hardest(margin: Float32Array): number[] {
  const found: number[] = [];
  margin.forEach((each, i) => {
    if (each < hardMargin) found.push(i);
  });
  return found.sort((a, b) => margin[a] - margin[b] || a - b);
}

export interface AmbiguousPair {
  classes: [number, number];
  /** Samples of either that are taken for the other, … */
  samples: number[];
  /** … as a share of the samples of both. */
  share: number;
}

/** Pairs of classes that are taken for each other, the largest share first; only those with at least two such samples. */
export function ambiguousPairs(probabilities: Float32Array, labels: Int32Array, classes: number): AmbiguousPair[] {
  const counts = new Float64Array(classes);
  const pairs = new Map<number, number[]>();
  labels.forEach((label, i) => {
    counts[label]++;
    const predicted = likeliest(probabilities, i, classes);
    if (predicted === label) return;
    const key = Math.min(label, predicted) * classes + Math.max(label, predicted);
    const known = pairs.get(key);
    if (known) known.push(i);
    else pairs.set(key, [i]);
  });
  return [...pairs]
    .filter(([, samples]) => samples.length >= 2)
    .map(([key, samples]): AmbiguousPair => {
      const [a, b] = [Math.floor(key / classes), key % classes];
      return { classes: [a, b], samples, share: samples.length / (counts[a] + counts[b]) };
    })
    .sort((a, b) => b.share - a.share || b.samples.length - a.samples.length);
}
