// Shared by the normalisations that weigh every element of a row.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** mean(x·scale) over the row's axes. Of a plain vector of weights it is a product with a column, which saves making x·scale. */
export function rowMean(g: GraphBuilder, x: Value, scale: Value, row: readonly number[]): Value {
  const [length] = g.shape(scale);
  const plain = row.length === 1 && g.rank(scale) === 1 && length === g.shape(x).at(-1);
  if (!plain || typeof length !== 'number') return g.reduceMean(g.mul(x, scale), row);
  return g.matmul(x, g.reshape(g.scale(scale, 1 / length), [length, 1]));
}
