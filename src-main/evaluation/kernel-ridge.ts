import { Random } from '../shared/random.ts';
import { cholesky, solved } from '../linear-algebra/cholesky.ts';

/** So many samples stand for all: what is learnt is a sum of likenesses to them. Fewer where there are very many samples, for memory's sake. */
const mostLandmarks = 600;
const mostLikenesses = 40e6;
const fewestLandmarks = 100;
/** Of the mean of the matrix's diagonal. */
const ridge = 1e-4;
const sharpnesses = [1, 2, 4, 6, 8, 12, 16];
const pausedEvery = 64;

/**
 * What all samples but the one asked say of its class: regression on the labels by likeness to landmarks (Nyström's approximation of kernel ridge
 * regression, Williams and Seeger, NIPS 2000), of which leaving one sample out has a closed form: f₋ᵢ = (fᵢ − hᵢᵢ yᵢ) / (1 − hᵢᵢ), with the hat
 * matrix H (Allen's PRESS, 1974). `points`: samples × size, by Euclidean distance. Returns samples × classes, rows that sum to 1;
 * null where there are too many samples for it.
 */
export async function classesLeftOut(
  points: Float32Array,
  size: number,
  labels: Int32Array,
  classes: number,
  pause: () => Promise<void>,
): Promise<Float32Array | null> {
  const samples = labels.length;
  const most = Math.min(mostLandmarks, Math.floor(mostLikenesses / Math.max(1, samples)));
  if (most < fewestLandmarks) return null;
  const landmarks = drawn(samples, most);
  const likeness = await likenesses(points, size, landmarks, samples, pause);
  const m = landmarks.length;
  const gram = await gramOf(likeness, m, samples, pause);
  const targets = new Float64Array(m * classes);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < m; a++) targets[a * classes + labels[i]] += likeness[i * m + a];
  }
  let trace = 0;
  for (let a = 0; a < m; a++) trace += gram[a * m + a];
  const scores = await leaveOneOut(likeness, gram, (ridge * trace) / m, targets, labels, classes, pause);
  return sharpened(scores, labels, classes);
}

function drawn(samples: number, most: number): Int32Array {
  const order = Int32Array.from({ length: samples }, (_, i) => i);
  if (samples > most) new Random(0x6e797374).shuffle(order);
  return order.subarray(0, most);
}

/** exp(−d²/σ²), σ² the median squared distance between landmarks. samples × landmarks. */
async function likenesses(
  points: Float32Array,
  size: number,
  landmarks: Int32Array,
  samples: number,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const m = landmarks.length;
  const centre = new Float32Array(m * size);
  landmarks.forEach((sample, a) => centre.set(points.subarray(sample * size, (sample + 1) * size), a * size));
  const squares = new Float32Array(samples * m);
  for (let i = 0; i < samples; i++) {
    const own = points.subarray(i * size, (i + 1) * size);
    for (let a = 0; a < m; a++) {
      let sum = 0;
      for (let k = 0, at = a * size; k < size; k++, at++) sum += (own[k] - centre[at]) ** 2;
      squares[i * m + a] = sum;
    }
    if (i % pausedEvery === 0) await pause();
  }
  const some = Float32Array.from({ length: Math.min(m * m, 20_000) }, (_, n) => {
    const [row, column] = [n % m, (n * 7919) % m];
    return squares[landmarks[row] * m + column];
  })
    .filter((square) => square > 0)
    .sort();
  const width = some[some.length >> 1] || 1;
  for (let at = 0; at < squares.length; at++) squares[at] = Math.exp(-squares[at] / width);
  return squares;
}

/** KᵀK, of which the lower half is filled. */
async function gramOf(k: Float32Array, m: number, samples: number, pause: () => Promise<void>): Promise<Float64Array> {
  const gram = new Float64Array(m * m);
  for (let i = 0; i < samples; i++) {
    const row = k.subarray(i * m, (i + 1) * m);
    for (let a = 0; a < m; a++) {
      const value = row[a];
      for (let b = 0, at = a * m; b <= a; b++, at++) gram[at] += value * row[b];
    }
    if (i % pausedEvery === 0) await pause();
  }
  return gram;
}

/** The score of each class for each sample, learnt from all others: samples × classes. */
export async function leaveOneOut(
  k: Float32Array,
  gram: Float64Array,
  ridge: number,
  targets: Float64Array,
  labels: Int32Array,
  classes: number,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const m = Math.sqrt(gram.length);
  const factor = cholesky(gram, m, ridge);
  const weights = solved(factor, m, targets, classes);
  const scores = new Float32Array(labels.length * classes);
  const half = new Float64Array(m);
  for (let i = 0; i < labels.length; i++) {
    const row = k.subarray(i * m, (i + 1) * m);
    // hᵢᵢ = |L⁻¹ kᵢ|²
    let leverage = 0;
    for (let a = 0; a < m; a++) {
      let sum = row[a];
      for (let b = 0, at = a * m; b < a; b++, at++) sum -= factor[at] * half[b];
      half[a] = sum / factor[a * m + a];
      leverage += half[a] ** 2;
    }
    const left = Math.max(1e-6, 1 - leverage);
    for (let c = 0; c < classes; c++) {
      let fitted = 0;
      for (let a = 0; a < m; a++) fitted += row[a] * weights[a * classes + c];
      scores[i * classes + c] = (fitted - (labels[i] === c ? leverage : 0)) / left;
    }
    if (i % pausedEvery === 0) await pause();
  }
  return scores;
}

/** Scores, samples × classes, as probabilities by which the labels are likeliest, had their odds all to be made sharper alike. */
export function sharpened(scores: Float32Array, labels: Int32Array, classes: number): Float32Array {
  let best = softmax(scores, sharpnesses[0], labels, classes);
  for (const sharpness of sharpnesses.slice(1)) {
    const found = softmax(scores, sharpness, labels, classes);
    if (found.likelihood > best.likelihood) best = found;
  }
  return best.probabilities;
}

function softmax(
  scores: Float32Array,
  sharpness: number,
  labels: Int32Array,
  classes: number,
): { likelihood: number; probabilities: Float32Array } {
  const probabilities = new Float32Array(scores.length);
  let likelihood = 0;
  labels.forEach((label, i) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      sum += probabilities[i * classes + c] = Math.exp(sharpness * Math.max(-3, Math.min(3, scores[i * classes + c])));
    }
    for (let c = 0; c < classes; c++) probabilities[i * classes + c] /= sum;
    // A wrong label is as unlikely as this at the least: single ones must not decide how sharp the rest is.
    likelihood += Math.log(0.95 * probabilities[i * classes + label] + 0.05 / classes);
  });
  return { likelihood, probabilities };
}
