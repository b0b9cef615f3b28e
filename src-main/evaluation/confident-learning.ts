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
  const errors = pruneByNoiseRate(probabilities, labels, classes, joint);
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
 * Of each given label i and true class j as many samples as the joint says, those with the largest margin p(j) - p(i) (section 3.2); never one whose
 * label is the likeliest class.
 */
function pruneByNoiseRate(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
  joint: Float64Array,
): { sample: number; likelier: number }[] {
  const own = (i: number): number => probabilities[i * classes + labels[i]];
  const likelier = new Map<number, number>();
  const byLabel: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, i) => {
    if (likeliest(probabilities, i, classes) !== label) byLabel[label].push(i);
  });
  for (let given = 0; given < classes; given++) {
    for (let is = 0; is < classes; is++) {
      const wanted = Math.round(joint[given * classes + is]);
      if (is === given || wanted === 0) continue;
      const margin = (i: number): number => probabilities[i * classes + is] - own(i);
      const worst = byLabel[given].filter((i) => margin(i) > 0).sort((a, b) => margin(b) - margin(a));
      for (const i of worst.slice(0, wanted)) {
        const known = likelier.get(i);
        if (known === undefined || probabilities[i * classes + is] > probabilities[i * classes + known])
          likelier.set(i, is);
      }
    }
  }
  return [...likelier]
    .map(([sample, is]) => ({ sample, likelier: is }))
    .sort((a, b) => own(a.sample) - own(b.sample) || a.sample - b.sample);
}

export function likeliest(probabilities: Float32Array, sample: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (probabilities[sample * classes + k] > probabilities[sample * classes + best]) best = k;
  }
  return best;
}
