import { Random } from '../shared/random.ts';
import { symmetricEigen } from '../linear-algebra/symmetric-eigen.ts';

/** Pixels across a patch. */
export const patchSide = 6;
const mostWords = 96;
/** Patches looked at: of few pictures fewer. */
const [most, perPicture] = [4_000, 10];
const rounds = 10;
/** Added to the variance of a patch, whose pixels are 0 to 1, and to the variances that are made equal: noise is not made as loud as what is seen. */
export const contrastFloor = 0.01;
const whiteningFloor = 0.05;
/** A patch that has less than this of contrast in all its pixels shows nothing. */
const plain = 1;

/** What patches of these pictures mostly look like, as filters: a patch p, less its mean and by its deviation, answers word k by p · filters[k] − offsets[k]. */
export interface PatchWords {
  count: number;
  /** count × channels × patchSide × patchSide; each sums to 0. */
  filters: Float32Array;
  offsets: Float32Array;
}

/**
 * Learnt from the pictures themselves, without labels: k-means on the sphere over whitened patches (Coates and Ng, "Learning Feature Representations
 * with K-means", 2012), a word and its negative being one. `planes`: pictures × channels × side × side, 0 to 1.
 * Null where the pictures have next to nothing on them.
 */
export function learnWords(planes: Float32Array, channels: number, side: number): PatchWords | null {
  const random = new Random(0x70617463);
  const size = channels * patchSide ** 2;
  const patches = somePatches(planes, channels, side, random);
  const samples = patches.length / size;
  const count = Math.min(mostWords, Math.floor(samples / 4));
  if (count < 2) return null;
  const { mean, matrix } = whitening(patches, size);
  const white = new Float32Array(patches.length);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < size; a++) {
      let sum = 0;
      for (let b = 0; b < size; b++) sum += matrix[a * size + b] * (patches[i * size + b] - mean[b]);
      white[i * size + a] = sum;
    }
  }
  const words = clustered(white, size, count, random);
  const filters = new Float32Array(count * size);
  const offsets = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let a = 0; a < size; a++) {
      let value = 0;
      for (let b = 0; b < size; b++) value += matrix[a * size + b] * words[k * size + b];
      filters[k * size + a] = value;
      offsets[k] += mean[a] * value;
      sum += value;
    }
    // What has no mean answers the same.
    for (let a = 0; a < size; a++) filters[k * size + a] -= sum / size;
  }
  return { count, filters, offsets };
}

/** Patches drawn by lot, less their means and by their deviations, one after another; without those that show nothing. */
function somePatches(planes: Float32Array, channels: number, side: number, random: Random): Float32Array {
  const area = side * side;
  const pictures = planes.length / (channels * area);
  const size = channels * patchSide ** 2;
  const drawn = Math.min(most, perPicture * pictures);
  const found = new Float32Array(drawn * size);
  let count = 0;
  for (let n = 0; n < drawn; n++) {
    const from = random.below(pictures) * channels * area;
    const [top, left] = [random.below(side - patchSide + 1), random.below(side - patchSide + 1)];
    const own = found.subarray(count * size, (count + 1) * size);
    let [at, sum, squares] = [0, 0, 0];
    for (let c = 0; c < channels; c++) {
      for (let y = top; y < top + patchSide; y++) {
        for (let x = left; x < left + patchSide; x++) sum += own[at++] = planes[from + c * area + y * side + x];
      }
    }
    for (const value of own) squares += (value - sum / size) ** 2;
    const deviation = Math.sqrt(squares / size + contrastFloor);
    if (squares / deviation ** 2 <= plain) continue;
    for (let a = 0; a < size; a++) own[a] = (own[a] - sum / size) / deviation;
    count++;
  }
  return found.subarray(0, count * size);
}

/** What makes the patches' variances the same in all directions, and leaves them otherwise as they are (ZCA). */
function whitening(patches: Float32Array, size: number): { mean: Float64Array; matrix: Float64Array } {
  const samples = patches.length / size;
  const mean = new Float64Array(size);
  for (let i = 0; i < patches.length; i++) mean[i % size] += patches[i] / samples;
  const covariance = new Float64Array(size * size);
  const away = new Float64Array(size);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < size; a++) away[a] = patches[i * size + a] - mean[a];
    for (let a = 0; a < size; a++) {
      const value = away[a] / samples;
      for (let b = 0; b < size; b++) covariance[a * size + b] += value * away[b];
    }
  }
  const { values, vectors } = symmetricEigen(covariance, size);
  const matrix = new Float64Array(size * size);
  for (let e = 0; e < size; e++) {
    const scale = 1 / Math.sqrt(Math.max(0, values[e]) + whiteningFloor);
    for (let a = 0; a < size; a++) {
      const value = vectors[e * size + a] * scale;
      for (let b = 0; b < size; b++) matrix[a * size + b] += value * vectors[e * size + b];
    }
  }
  return { mean, matrix };
}

/** Unit vectors, to one of which, or to its negative, each point is near. */
function clustered(points: Float32Array, size: number, count: number, random: Random): Float32Array {
  const samples = points.length / size;
  const pick = (into: Float32Array): void => {
    const i = random.below(samples);
    into.set(points.subarray(i * size, (i + 1) * size));
  };
  let words = new Float32Array(count * size);
  for (let k = 0; k < count; k++) pick(words.subarray(k * size, (k + 1) * size));
  toUnit(words, size);
  for (let round = 0; round < rounds; round++) {
    const next = new Float32Array(count * size);
    const met = new Uint8Array(count);
    for (let i = 0; i < samples; i++) {
      let [best, which] = [0, 0];
      for (let k = 0; k < count; k++) {
        let along = 0;
        for (let a = 0, p = i * size, w = k * size; a < size; a++) along += points[p++] * words[w++];
        if (Math.abs(along) > Math.abs(best)) [best, which] = [along, k];
      }
      met[which] = 1;
      for (let a = 0; a < size; a++) next[which * size + a] += best * points[i * size + a];
    }
    for (let k = 0; k < count; k++) if (!met[k]) pick(next.subarray(k * size, (k + 1) * size));
    words = toUnit(next, size);
  }
  return words;
}

function toUnit(rows: Float32Array<ArrayBuffer>, size: number): Float32Array<ArrayBuffer> {
  for (let at = 0; at < rows.length; at += size) {
    let squares = 1e-12;
    for (let a = at; a < at + size; a++) squares += rows[a] * rows[a];
    const length = Math.sqrt(squares);
    for (let a = at; a < at + size; a++) rows[a] /= length;
  }
  return rows;
}
