import { Random } from '../shared/random.ts';
import { eachNearest, type Multiply } from './nearest.ts';

/**
 * How far each sample is from the others: the mean distance to its nearest ones (Ramaswamy, Rastogi, Shim: "Efficient algorithms for mining
 * outliers from large data sets", SIGMOD 2000), among `most` others drawn from all, in `dimensions` random projections of wide
 * inputs, which keep distances to a few percent (Johnson and Lindenstrauss).
 */
const neighbours = 10;
const most = 3000;
const dimensions = 48;

/** `inputs`: samples × width. `step` is awaited between pieces of work. */
export async function neighbourDistances(
  inputs: ArrayLike<number>,
  samples: number,
  width: number,
  multiply: Multiply,
  step: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const random = new Random(0x6f75746c);
  const { points, size } = await projected(inputs, samples, width, () => step(0), random);
  const all = new Int32Array(samples).map((_, i) => i);
  const order = all.slice();
  random.shuffle(order);
  const search = { points, size, asked: all, among: order.subarray(0, most) };
  const distances = new Float32Array(samples);
  let seen = 0;
  await eachNearest(
    { ...search, most: Math.min(neighbours, Math.max(1, samples - 1)) },
    multiply,
    () => step(seen / samples),
    (i, nearest) => {
      const { scores, count } = nearest;
      distances[i] = count === 0 ? Infinity : scores.reduce((sum, score) => sum + Math.sqrt(-score), 0) / count;
      seen = i + 1;
    },
  );
  return distances;
}

/** `dimensions` random projections of wide inputs, narrow ones as they are. */
export async function projected(
  inputs: ArrayLike<number>,
  samples: number,
  width: number,
  pause: () => Promise<void>,
  random = new Random(0x6f75746c),
): Promise<{ points: Float32Array; size: number }> {
  if (width <= dimensions) return { points: Float32Array.from(inputs), size: width };
  const directions = Float32Array.from({ length: dimensions * width }, () => random.normal());
  const points = new Float32Array(samples * dimensions);
  for (let i = 0; i < samples; i++) {
    project(inputs, i * width, width, directions, points.subarray(i * dimensions, (i + 1) * dimensions));
    if (i % 1024 === 0) await pause();
  }
  return { points, size: dimensions };
}

/** Four directions at once: none of the sums waits for another. */
function project(
  inputs: ArrayLike<number>,
  from: number,
  width: number,
  directions: Float32Array,
  into: Float32Array,
): void {
  for (let d = 0; d < dimensions; d += 4) {
    const [d0, d1, d2, d3] = [d * width, (d + 1) * width, (d + 2) * width, (d + 3) * width];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < width; k++) {
      const value = inputs[from + k];
      s0 += directions[d0 + k] * value;
      s1 += directions[d1 + k] * value;
      s2 += directions[d2 + k] * value;
      s3 += directions[d3 + k] * value;
    }
    into[d] = s0;
    into[d + 1] = s1;
    into[d + 2] = s2;
    into[d + 3] = s3;
  }
}

/** Samples that lie far out, farthest first: three interquartile ranges above the upper quartile (Tukey's outer fence), of the logarithm, since distances are skewed. */
export function farOut(distances: Float32Array): number[] {
  const logs = distances.map((distance) => Math.log(Math.max(distance, 1e-12)));
  const sorted = logs.toSorted();
  const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))];
  const fence = quantile(0.75) + 3 * (quantile(0.75) - quantile(0.25));
  const found: number[] = [];
  logs.forEach((log, i) => {
    if (log > fence) found.push(i);
  });
  return found.sort((a, b) => distances[b] - distances[a] || a - b);
}
