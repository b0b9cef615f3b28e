/**
 * Which labels are wrong, by witnesses that have not learnt from the samples judged: a model, and the nearest other samples.
 *
 * What the witnesses say of a sample is combined as p(class) ∝ Π witness(class)^weight, since they overlap and are surer than they are right. A
 * label is drawn from the class by a matrix of noise, P(given | true). Weights and noise are those that make the labels likeliest (expectation
 * maximization, as Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm", Applied Statistics 28, 1979).
 * A model's own mistakes, which it makes with half a doubt, count for less so than where confident probabilities alone are counted.
 *
 * Ranked is as in confident learning (Northcutt, Jiang, Chuang, JAIR 70, 2021): a label's probability against what is usual for that class.
 */
export interface LabelNoise {
  /** The share of labels that is expected to be wrong. */
  noise: number;
  /** As many samples as are expected to be wrong, or more likely wrong than right, the least likely label first, each with the class it more likely is. */
  errors: { sample: number; likelier: number }[];
}

/** Of each witness but the model, which is taken at its word: were it free to be less sure, its doubts would explain any wrong label. */
const weights = [0, 0.25, 0.5, 0.75, 1, 1.25];
const rounds = 20;
/** Weights are fitted to so many samples × classes, which is a matter of seconds. */
const fitted = 100_000;
const smallest = 1e-7;

/** `witnesses`: each samples × classes, rows that sum to 1; the model first. `labels`: class per sample. */
export function labelNoise(witnesses: readonly Float32Array[], labels: Int32Array, classes: number): LabelNoise {
  if (labels.length === 0) return { noise: 0, errors: [] };
  const combined = combine(witnesses, fitWeights(witnesses, labels, classes), classes);
  const { wrong, likely } = fitNoise(combined, labels, classes);
  const count = Math.max(likely, Math.round(wrong));
  return { noise: wrong / labels.length, errors: leastLikely(combined, labels, classes).slice(0, count) };
}

/** One weight after the other, the best that there is given those of the rest. */
function fitWeights(witnesses: readonly Float32Array[], labels: Int32Array, classes: number): number[] {
  const every = Math.ceil(labels.length / Math.max(1, Math.floor(fitted / classes)));
  const some = labels.filter((_, i) => i % every === 0);
  const seen = witnesses.map((witness) => {
    const rows = new Float32Array(some.length * classes);
    for (let i = 0; i < some.length; i++)
      rows.set(witness.subarray(i * every * classes, (i * every + 1) * classes), i * classes);
    return rows;
  });
  const likelihood = (tried: readonly number[]): number =>
    fitNoise(combine(seen, tried, classes), some, classes).likelihood;
  let best = witnesses.map(() => 1);
  let most = likelihood(best);
  for (let before = -Infinity; most > before;) {
    before = most;
    for (let w = 1; w < witnesses.length; w++) {
      for (const weight of weights) {
        const tried = best.with(w, weight);
        const found = weight === best[w] ? -Infinity : likelihood(tried);
        if (found > most) [best, most] = [tried, found];
      }
    }
  }
  return best;
}

function combine(witnesses: readonly Float32Array[], weight: readonly number[], classes: number): Float32Array {
  const combined = new Float32Array(witnesses[0].length);
  const row = new Float64Array(classes);
  for (let start = 0; start < combined.length; start += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      let log = 0;
      for (const [w, witness] of witnesses.entries()) log += weight[w] * Math.log(witness[start + k] + smallest);
      sum += row[k] = Math.exp(log);
    }
    for (let k = 0; k < classes; k++) combined[start + k] = row[k] / sum;
  }
  return combined;
}

/** The noise that makes the labels likeliest: how many are expected to be wrong then, of how many each is likely wrong, and the logarithm of how likely they all are. */
function fitNoise(
  probabilities: Float32Array,
  labels: Int32Array,
  classes: number,
): { wrong: number; likely: number; likelihood: number } {
  // given[true · classes + given]
  let given = new Float64Array(classes * classes).fill(classes > 1 ? 0.05 / (classes - 1) : 1);
  for (let k = 0; k < classes; k++) given[k * classes + k] = 0.95;
  let [wrong, likely, likelihood] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    // A tenth of a sample more than there is of each: what was never seen may be.
    const next = new Float64Array(classes * classes).fill(0.1);
    [wrong, likely, likelihood] = [0, 0, 0];
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      let sum = 0;
      for (let k = 0; k < classes; k++) sum += probabilities[i * classes + k] * given[k * classes + label];
      likelihood += Math.log(sum);
      for (let k = 0; k < classes; k++) {
        const share = (probabilities[i * classes + k] * given[k * classes + label]) / sum;
        next[k * classes + label] += share;
        if (k !== label) wrong += share;
        else if (share < 0.5) likely++;
      }
    }
    for (let k = 0; k < classes; k++) {
      const row = next.subarray(k * classes, (k + 1) * classes);
      const sum = row.reduce((a, b) => a + b, 0);
      row.forEach((count, j) => (row[j] = count / sum));
    }
    given = next;
  }
  return { wrong, likely, likelihood };
}

/** Those whose label is not the likeliest class. */
function leastLikely(probabilities: Float32Array, labels: Int32Array, classes: number): LabelNoise['errors'] {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  labels.forEach((label, i) => {
    sums[label] += probabilities[i * classes + label];
    counts[label]++;
  });
  const own = Float64Array.from(
    labels,
    (label, i) => (probabilities[i * classes + label] * counts[label]) / sums[label],
  );
  const found: LabelNoise['errors'] = [];
  labels.forEach((label, sample) => {
    const likelier = likeliest(probabilities, sample, classes);
    if (likelier !== label) found.push({ sample, likelier });
  });
  found.sort((a, b) => own[a.sample] - own[b.sample] || a.sample - b.sample);
  return found;
}

export function likeliest(probabilities: Float32Array, sample: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (probabilities[sample * classes + k] > probabilities[sample * classes + best]) best = k;
  }
  return best;
}
