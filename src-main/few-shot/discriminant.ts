import { partingAxes } from './parting-axes.ts';

/** How much of the spread within classes is taken as the same in every direction: few samples do not tell it all. */
const shrinkage = 0.05;
/** Share of each class's samples, the surest, from which the directions are found. */
const kept = 0.7;
/** How much the points as they were count beside the directions. */
const before = 0.35;

/**
 * The points as they lie where the classes part most (Fisher's discriminant, Rao 1948, with the covariance shrunk to a multiple of one), beside the
 * points as they were, of which the first `beside` numbers stay; rows of length 1. `points`: samples × size. `shares`: samples × classes, what is
 * thought of each sample; `said` is certain. Returns samples × (classes − 1 + beside).
 */
export function discriminated(
  points: Float32Array,
  size: number,
  beside: number,
  shares: Float32Array,
  classes: number,
  said: ReadonlyMap<number, number>,
): { points: Float32Array; size: number } {
  const samples = points.length / size;
  const of = taken(shares, classes, said);
  const { within, between } = scatter(points, size, of, classes);
  const directions = Math.min(classes - 1, size);
  const axes = partingAxes(within, between, size, directions);
  const found = new Float32Array(samples * directions);
  for (let i = 0; i < samples; i++) {
    for (let a = 0; a < directions; a++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += points[i * size + k] * axes[a * size + k];
      found[i * directions + a] = sum;
    }
  }
  const width = directions + beside;
  const out = new Float32Array(samples * width);
  const means = new Float64Array(directions);
  for (let i = 0; i < found.length; i++) means[i % directions] += found[i] / samples;
  for (let i = 0; i < found.length; i++) found[i] -= means[i % directions];
  const kept = leading(points, size, beside);
  const [own, old] = [1 / deviation(found), before / deviation(kept)];
  for (let i = 0; i < samples; i++) {
    let squares = 1e-12;
    for (let k = 0; k < width; k++) {
      const value = k < directions ? found[i * directions + k] * own : kept[i * beside + k - directions] * old;
      out[i * width + k] = value;
      squares += value * value;
    }
    const length = Math.sqrt(squares);
    for (let k = 0; k < width; k++) out[i * width + k] /= length;
  }
  return { points: out, size: width };
}

/** The class of each sample that is sure enough, −1 of the others: the same share of each class, or the hard ones would have none. */
function taken(shares: Float32Array, classes: number, said: ReadonlyMap<number, number>): Int32Array {
  const samples = shares.length / classes;
  const of = new Int32Array(samples).fill(-1);
  const lead = new Float32Array(samples);
  const members = Array.from({ length: classes }, (): number[] => []);
  for (let i = 0; i < samples; i++) {
    let [best, second, which] = [-1, -1, 0];
    for (let c = 0; c < classes; c++) {
      const share = shares[i * classes + c];
      if (share > best) [best, second, which] = [share, best, c];
      else if (share > second) second = share;
    }
    lead[i] = best - second;
    members[which].push(i);
  }
  members.forEach((some, c) => {
    some.sort((a, b) => lead[b] - lead[a] || a - b);
    for (const i of some.slice(0, Math.ceil(some.length * kept))) of[i] = c;
  });
  for (const [sample, c] of said) of[sample] = c;
  return of;
}

function scatter(
  points: Float32Array,
  size: number,
  of: Int32Array,
  classes: number,
): { within: Float64Array; between: Float64Array } {
  const counts = new Float64Array(classes);
  const means = new Float64Array(classes * size);
  const whole = new Float64Array(size);
  let all = 0;
  of.forEach((c, i) => {
    if (c < 0) return;
    counts[c]++;
    all++;
    for (let k = 0; k < size; k++) means[c * size + k] += points[i * size + k];
  });
  for (let c = 0; c < classes; c++) {
    for (let k = 0; k < size; k++) {
      whole[k] += means[c * size + k] / Math.max(1, all);
      means[c * size + k] /= Math.max(1, counts[c]);
    }
  }
  const within = new Float64Array(size * size);
  const away = new Float64Array(size);
  of.forEach((c, i) => {
    if (c < 0) return;
    for (let k = 0; k < size; k++) away[k] = points[i * size + k] - means[c * size + k];
    for (let k = 0; k < size; k++) {
      const value = away[k];
      for (let l = 0, at = k * size; l <= k; l++, at++) within[at] += value * away[l];
    }
  });
  const between = new Float64Array(size * size);
  for (let c = 0; c < classes; c++) {
    for (let k = 0; k < size; k++) {
      for (let l = 0; l < size; l++) {
        between[k * size + l] +=
          (counts[c] / Math.max(1, all)) * (means[c * size + k] - whole[k]) * (means[c * size + l] - whole[l]);
      }
    }
  }
  let trace = 0;
  for (let k = 0; k < size; k++) trace += within[k * size + k];
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      let value = (within[k * size + l] * (1 - shrinkage)) / Math.max(1, all);
      if (k === l) value += (shrinkage * trace) / (size * Math.max(1, all)) + 1e-9;
      within[k * size + l] = within[l * size + k] = value;
    }
  }
  return { within, between };
}

/** The first `count` of `size` columns. */
function leading(points: Float32Array, size: number, count: number): Float32Array {
  if (count === size) return points;
  const out = new Float32Array((points.length / size) * count);
  for (let i = 0, at = 0; at < out.length; i++, at += count) out.set(points.subarray(i * size, i * size + count), at);
  return out;
}

/** Of all values about 0. */
function deviation(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares / values.length) || 1;
}
