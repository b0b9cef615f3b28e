// Batch normalisation's statistics, shared by its value (lowering) and its gradient (rule): equal nodes are merged later.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** A vector [channels] as [1, channels, 1, …], to broadcast against a value of this rank. */
export const perChannel = (g: GraphBuilder, x: Value, rank: number): Value =>
  g.reshape(x, [1, g.shape(x)[0], ...new Array<number>(rank - 2).fill(1)]);

/** x·scale + shift; both as `perChannel` gives them. */
export const affine = (g: GraphBuilder, x: Value, scale: Value, shift: Value): Value =>
  g.abstract('ChannelAffine', [x, scale, shift], x);

/** All but `centred` have the shape [1, channels, 1, …]. */
export interface Statistics {
  readonly mean: Value;
  /** With ε added. */
  readonly variance: Value;
  /** √variance. */
  readonly deviation: Value;
  /** X − mean. */
  readonly centred: Value;
}

/** By the statistics of X itself; the population's variance, divided by n, as ONNX has it (PyTorch keeps n/(n−1) of it). */
export function batchStatistics(
  g: GraphBuilder,
  x: Value,
  epsilon: number,
): Statistics & { readonly population: Value } {
  const axes = g.shape(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const mean = g.reduceMean(x, axes);
  const centred = g.sub(x, mean);
  const population = g.reduceMean(g.mul(centred, centred), axes);
  const variance = g.add(population, g.scalar(epsilon, x));
  return { mean, population, variance, deviation: g.sqrt(variance), centred };
}

/** By given statistics, vectors of one number a channel. */
export function centredBy(g: GraphBuilder, x: Value, means: Value, variances: Value, epsilon: number): Statistics {
  const mean = perChannel(g, means, g.rank(x));
  const variance = g.add(perChannel(g, variances, g.rank(x)), g.scalar(epsilon, x));
  return { mean, variance, deviation: g.sqrt(variance), centred: g.sub(x, mean) };
}
