/**
 * Confident learning (Northcutt, Jiang, Chuang: "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021): which labels are
 * wrong, by probabilities of a model that has not learnt from the samples judged.
 */
export interface LabelNoise {
  /** Per class the mean probability of it among the samples labelled so: what counts as confident for that class. NaN: no sample has the label. */
  thresholds: Float64Array;
  /** Estimated numbers of samples, joint[given · classes + true]; each row sums to the number of samples with that label. */
  joint: Float64Array;
  /** The share of samples that lie off the joint's diagonal. */
  noise: number;
  /** Samples whose label is most likely wrong, the least likely label first, each with the class it more likely is. */
  errors: { sample: number; likelier: number }[];
}

/**
 * `probabilities`: samples × classes, each row summing to 1. `labels`: class per sample.
 */
export function confidentLearning(probabilities: Float32Array, labels: Int32Array, classes: number): LabelNoise {
  const thresholds = classThresholds(probabilities, labels, classes);
  const joint = calibratedJoint(probabilities, labels, classes, thresholds);
  let off = 0;
  for (let given = 0; given < classes; given++) {
    for (let is = 0; is < classes; is++) if (is !== given) off += joint[given * classes + is];
  }
  const errors = leastLikely(probabilities, labels, classes, off);
  return { thresholds, joint, noise: labels.length === 0 ? 0 : off / labels.length, errors };
}

function classThresholds(probabilities: Float32Array, labels: Int32Array, classes: number): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  labels.forEach((label, i) => {
    sums[label] += probabilities[i * classes + label];
    counts[label]++;
  });
  return sums.map((sum, k) => sum / counts[k]);
}

/**
 * The confident joint: a sample counts as of the likeliest class among those whose threshold its probability reaches (equation 1), scaled so that
 * each given label keeps its number of samples (equation 3). A label none of whose samples is confidently anything is taken at its word.
 */
function calibratedJoint(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  thresholds: Float64Array,
): Float64Array {
  const joint = new Float64Array(classes * classes);
  const counts = new Float64Array(classes);
  labels.forEach((label, i) => {
    counts[label]++;
    let best = -1;
    for (let k = 0; k < classes; k++) {
      const p = probabilities[i * classes + k];
      // A class that no label names has no threshold.
      if (p >= thresholds[k] - 1e-6 && (best < 0 || p > probabilities[i * classes + best])) best = k;
    }
    if (best >= 0) joint[label * classes + best]++;
  });
  for (let given = 0; given < classes; given++) {
    const row = joint.subarray(given * classes, (given + 1) * classes);
    const sum = row.reduce((a, b) => a + b, 0);
    if (sum === 0) row[given] = counts[given];
    else row.forEach((count, k) => (row[k] = (count * counts[given]) / sum));
  }
  return joint;
}

/**
 * As many samples as the joint says are wrong, those whose own label is the least likely; never one whose label is the likeliest class. (Pruning pair by
 * pair of classes, as in section 3.2, finds fewer: of a pair with few errors the joint's count is rounded away.)
 */
function leastLikely(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  wrong: number,
): LabelNoise['errors'] {
  const own = (i: number): number => probabilities[i * classes + labels[i]];
  const found: LabelNoise['errors'] = [];
  labels.forEach((label, sample) => {
    const likelier = likeliest(probabilities, sample, classes);
    if (likelier !== label) found.push({ sample, likelier });
  });
  found.sort((a, b) => own(a.sample) - own(b.sample) || a.sample - b.sample);
  return found.slice(0, Math.round(wrong));
}

export function likeliest(probabilities: Float32Array, sample: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (probabilities[sample * classes + k] > probabilities[sample * classes + best]) best = k;
  }
  return best;
}
