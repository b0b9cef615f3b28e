import { DoubtFit, type Doubt } from './doubt.ts';
import { leaningsOf, type Leanings } from './leanings.ts';

/**
 * Which labels are wrong, by witnesses that have not learnt from the samples judged: models, and the nearest other samples.
 *
 * The class that an honest person would give is what the witnesses say together, q(class | x) ∝ Π_w witness_w(class | x)^a_w, a log-linear pool
 * (Genest and Zidek, "Combining Probability Distributions", Statistical Science 1, 1986): its weights make up for witnesses that overlap and are
 * surer than they are right. To it is added what of their mistakes has a pattern (see `leaningsOf`). The label is drawn from it by a matrix of noise,
 *
 *   P(label y | x) = Σ_k q(k | x) T(y | k)
 *
 * All is fitted to all labels at once by expectation maximization, as in Bootkrajang and Kabán, "Label-Noise Robust Logistic Regression and Its
 * Applications", ECML PKDD 2012. The noise is held halfway to that of a label drawn by lot: so classes that honest people take for each
 * other are the doubts of q, and no noise, while a label far from all that the witnesses can doubt is. How probable it is that a label is wrong which
 * is not the likeliest class is then counted once more (see `DoubtFit`). As many are named as the sum of these probabilities says are wrong, as confident
 * learning names as many as the noise it estimates (Northcutt, Jiang, Chuang, JAIR 70, 2021); doubtful ones only until nearly all are.
 *
 * The constants were chosen on generated witnesses, handwritten digits, texts and pictures with wrong labels planted in them, which therefore are no
 * independent test of them.
 */
export interface LabelNoise {
  /** The share of labels that is expected to be wrong. */
  noise: number;
  /**
   * As many samples as are expected to be wrong, or more likely wrong than right, the likeliest first, but of doubtful ones no more than
   * until nearly all wrong ones are expected to be among them; each with the class it more likely is and the probability that its label is wrong.
   */
  errors: { sample: number; likelier: number; wrong: number }[];
}

/** Fitted to so many samples × classes, which is a matter of seconds. */
const fitted = 200_000;
const rounds = 100;
/** Far from settled: what is learnt last is what little speaks for, wrong labels with a pattern among it. */
const leaningRounds = 100;
const pausedEvery = 8;
const samplesAtOnce = 1 << 15;
/** The fit ends where no share of the noise moves by as much. */
const settled = 1e-6;
/** Beforehand no witness is less sure than it says: the sum of a falls short of their number by 0 ± 1/√trust. Doubts free to grow would explain any wrong label. */
const trust = 16;
/** So much of what is seen of a class counts for its own noise where it has many samples; the rest is that of a label drawn by lot. */
const heed = 0.5;
/** As if so many samples had been seen before any, of them so many wrong. */
const before = { samples: 20, wrong: 1 };
/** No witness has seen enough to be surer than this. */
const smallest = 1e-4;
/** Where so much of what is expected to be wrong is named, no more is that is not as surely wrong as this: false alarms for the most part. */
const [enough, surely] = [0.96, 0.9];
/** Of the pool, where logarithms are taken. */
const tiny = 1e-9;

/**
 * `witnesses`: each samples × classes, rows that sum to 1; the model first. `labels`: class per sample. `pause` is awaited between rounds; what it
 * throws ends the work.
 */
export async function labelNoise(
  witnesses: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  pause: () => Promise<void>,
): Promise<LabelNoise> {
  if (labels.length === 0 || classes < 2) return { noise: 0, errors: [] };
  const every = Math.ceil(labels.length / Math.max(1, Math.floor(fitted / classes)));
  const all = await evidenceOf(witnesses, labels, classes, 1, pause);
  const some = every === 1 ? all : await evidenceOf(witnesses, labels, classes, every, pause);
  const { a, noise, leanings } = await lean(some, await fit(some, pause), pause);
  all.leanings = leanings;
  const doubt = doubtOf(some, a, noise);
  const suspicion = new Float64Array(labels.length);
  const likelier = new Int32Array(labels.length);
  let [expected, likely] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const truth = all.truth(i, a, noise);
    const label = labels[i];
    const wrong = label === mostOf(all.pooled) ? 1 - truth[label] : doubt.wrong(Math.log(all.pooled[label] + tiny));
    expected += wrong;
    if (wrong > 0.5) likely++;
    suspicion[i] = wrong;
    likelier[i] = likeliestBut(truth, label);
    if (i % samplesAtOnce === 0) await pause();
  }
  const named = largestOf(suspicion, Math.max(likely, Math.round(expected))).map((sample) => ({
    sample,
    likelier: likelier[sample],
    wrong: suspicion[sample],
  }));
  let covered = 0;
  const last = named.find(({ wrong }) => (covered += wrong) >= enough * expected)?.wrong ?? 0;
  const errors = named.filter(({ wrong }) => wrong >= Math.min(surely, last));
  return { noise: expected / labels.length, errors };
}

/** The places of so many of the largest numbers above 0, the largest first: of a million only those are put in order. */
function largestOf(numbers: Float64Array, count: number): number[] {
  if (count === 0) return [];
  const least = numbers.toSorted()[Math.max(0, numbers.length - count)];
  const places: number[] = [];
  for (let i = 0; i < numbers.length; i++) if (numbers[i] > 0 && numbers[i] >= least) places.push(i);
  return places.sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, count);
}

/** What the witnesses say, as logarithms: samples × classes × witnesses. */
class Evidence {
  readonly labels: Int32Array;
  readonly classes: number;
  readonly witnesses: number;
  readonly logs: Float32Array;
  /** q of the sample asked for last. */
  readonly pooled: Float64Array;
  /** What is added to the pool. */
  leanings: Leanings | null = null;
  readonly #truth: Float64Array;

  constructor(logs: Float32Array, labels: Int32Array, classes: number, witnesses: number) {
    this.labels = labels;
    this.classes = classes;
    this.witnesses = witnesses;
    this.logs = logs;
    this.pooled = new Float64Array(classes);
    this.#truth = new Float64Array(classes);
  }

  /** P(class | x, label) of one sample, in the same room at each call. `noise`: T, true × given. */
  truth(sample: number, a: Float64Array, noise: Float64Array): Float64Array {
    const { classes, witnesses, logs, pooled } = this;
    const truth = this.#truth;
    const from = sample * classes * witnesses;
    for (let k = 0, at = from; k < classes; k++) {
      pooled[k] = 0;
      for (let w = 0; w < witnesses; w++) pooled[k] += a[w] * logs[at++];
    }
    this.leanings?.add(logs, from, pooled);
    let most = -Infinity;
    for (let k = 0; k < classes; k++) most = Math.max(most, pooled[k]);
    let [sum, likelihood] = [0, 0];
    for (let k = 0; k < classes; k++) {
      sum += pooled[k] = Math.exp(pooled[k] - most);
      likelihood += truth[k] = pooled[k] * noise[k * classes + this.labels[sample]];
    }
    for (let k = 0; k < classes; k++) {
      pooled[k] /= sum;
      truth[k] /= likelihood;
    }
    return truth;
  }
}

/** Of one sample in so many. */
async function evidenceOf(
  witnesses: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  every: number,
  pause: () => Promise<void>,
): Promise<Evidence> {
  const some = labels.filter((_, i) => i % every === 0);
  const logs = new Float32Array(some.length * classes * witnesses.length);
  for (let n = 0, at = 0; n < some.length; n++) {
    const from = n * every * classes;
    for (let k = 0; k < classes; k++)
      for (const witness of witnesses) logs[at++] = Math.log(witness[from + k] + smallest);
    if (n % samplesAtOnce === 0) await pause();
  }
  return new Evidence(logs, some, classes, witnesses.length);
}

interface Fit {
  a: Float64Array;
  noise: Float64Array;
}

/** Leanings and noise on top of what was fitted without any. */
async function lean(
  evidence: Evidence,
  { a, noise }: Fit,
  pause: () => Promise<void>,
): Promise<Fit & { leanings: Leanings | null }> {
  const { classes, witnesses, labels, logs, pooled } = evidence;
  const size = classes * witnesses;
  const leanings = (evidence.leanings = leaningsOf(logs, size, classes));
  if (!leanings) return { a, noise, leanings };
  for (let round = 0; round < leaningRounds; round++) {
    const counts = new Float64Array(classes * classes);
    for (let i = 0; i < labels.length; i++) {
      const truth = evidence.truth(i, a, noise);
      for (let k = 0; k < classes; k++) counts[k * classes + labels[i]] += truth[k];
      leanings.hear(logs, i * size, truth, pooled);
    }
    leanings.step();
    noise = noiseOf(counts, classes);
    if (round % pausedEvery === 0) await pause();
  }
  return { a, noise, leanings };
}

/** What labels of classes that are not the likeliest tell of the noise. */
function doubtOf(evidence: Evidence, a: Float64Array, noise: Float64Array): Doubt {
  const { classes, labels, pooled } = evidence;
  const doubt = new DoubtFit();
  for (let i = 0; i < labels.length; i++) {
    evidence.truth(i, a, noise);
    const best = mostOf(pooled);
    for (let k = 0; k < classes; k++) if (k !== best) doubt.see(Math.log(pooled[k] + tiny), labels[i] === k);
  }
  return doubt.fit(noise[1], { places: before.samples * (classes - 1), wrong: before.wrong });
}

async function fit(evidence: Evidence, pause: () => Promise<void>): Promise<Fit> {
  const { classes, witnesses, labels, logs, pooled } = evidence;
  const a = new Float64Array(witnesses).fill(1 / witnesses);
  let noise = noiseOf(new Float64Array(classes * classes), classes);
  for (let round = 0; round < rounds; round++) {
    const counts = new Float64Array(classes * classes);
    const doubt = Math.max(0, witnesses - a.reduce((sum, each) => sum + each, 0));
    const slope = new Float64Array(witnesses).fill(-trust * doubt);
    const curve = new Float64Array(witnesses * witnesses).fill(doubt > 0 ? trust : 0);
    const mean = new Float64Array(witnesses);
    for (let i = 0; i < labels.length; i++) {
      const truth = evidence.truth(i, a, noise);
      mean.fill(0);
      const from = i * classes * witnesses;
      for (let k = 0; k < classes; k++) {
        counts[k * classes + labels[i]] += truth[k];
        for (let w = 0; w < witnesses; w++) {
          const log = logs[from + k * witnesses + w];
          mean[w] += pooled[k] * log;
          slope[w] += (pooled[k] - truth[k]) * log;
          for (let v = 0; v <= w; v++) curve[w * witnesses + v] += pooled[k] * log * logs[from + k * witnesses + v];
        }
      }
      for (let w = 0; w < witnesses; w++) for (let v = 0; v <= w; v++) curve[w * witnesses + v] -= mean[w] * mean[v];
    }
    descend(a, slope, curve);
    const next = noiseOf(counts, classes);
    const moved = next.reduce((most, each, at) => Math.max(most, Math.abs(each - noise[at])), 0);
    noise = next;
    if (moved < settled) break;
    if (round % pausedEvery === 0) await pause();
  }
  return { a, noise };
}

/** One coordinate after the other to the least of the quadratic that slope and curvature (its lower half) make: none below 0. */
function descend(a: Float64Array, slope: Float64Array, curve: Float64Array): void {
  const n = a.length;
  const at = (w: number, v: number): number => curve[w > v ? w * n + v : v * n + w];
  const start = a.slice();
  for (let sweep = 0; sweep < 20; sweep++) {
    for (let w = 0; w < n; w++) {
      let gradient = slope[w];
      for (let v = 0; v < n; v++) gradient += at(w, v) * (a[v] - start[v]);
      a[w] = Math.max(0, a[w] - gradient / Math.max(at(w, w), 1e-9));
    }
  }
}

/** T by how many of each class are thought to have been given which label. */
function noiseOf(counts: Float64Array, classes: number): Float64Array {
  let { samples: all, wrong } = before;
  counts.forEach((count, at) => {
    all += count;
    if (at % (classes + 1) !== 0) wrong += count;
  });
  const lot = wrong / all / (classes - 1);
  const noise = new Float64Array(counts.length);
  for (let k = 0; k < classes; k++) {
    const row = counts.subarray(k * classes, (k + 1) * classes);
    const sum = row.reduce((a, b) => a + b, 0);
    const own = (heed * sum) / (sum + before.samples);
    let right = 1;
    for (let j = 0; j < classes; j++) {
      if (j === k) continue;
      const share = sum > 0 ? own * (row[j] / sum) + (1 - own) * lot : lot;
      right -= noise[k * classes + j] = share;
    }
    noise[k * classes + k] = right;
  }
  return noise;
}

function mostOf(values: Float64Array): number {
  let best = 0;
  for (let k = 1; k < values.length; k++) if (values[k] > values[best]) best = k;
  return best;
}

function likeliestBut(probabilities: Float64Array, but: number): number {
  let best = but === 0 ? 1 : 0;
  for (let k = 0; k < probabilities.length; k++) if (k !== but && probabilities[k] > probabilities[best]) best = k;
  return best;
}

export function likeliest(probabilities: Float32Array, sample: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if (probabilities[sample * classes + k] > probabilities[sample * classes + best]) best = k;
  }
  return best;
}
