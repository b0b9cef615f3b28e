// Batch normalisation's statistics, shared by its value (lowering) and its gradient (rule): equal nodes are merged later.

import type { GraphBuilder, Value } from '../onnx/builder.ts';

/** A vector [channels] as [1, channels, 1, …], to broadcast against a value of this rank. */
export const perChannel = (g: GraphBuilder, x: Value, rank: number): Value =>
  g.reshape(x, [1, g.shape(x)[0], ...new Array<number>(rank - 2).fill(1)]);

export interface BatchStatistics {
  readonly mean: Value;
  /** Of the population: divided by n, as ONNX has it (PyTorch's running variance divides by n − 1). */
  readonly variance: Value;
  /** X − mean. */
  readonly centred: Value;
  /** √(variance + ε). */
  readonly deviation: Value;
}

export function batchStatistics(g: GraphBuilder, x: Value, epsilon: number): BatchStatistics {
  const axes = g.shape(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const mean = g.reduceMean(x, axes);
  const centred = g.sub(x, mean);
  const variance = g.reduceMean(g.mul(centred, centred), axes);
  return { mean, variance, centred, deviation: g.sqrt(g.add(variance, g.scalar(epsilon, x))) };
}
