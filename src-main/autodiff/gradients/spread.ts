// Shared by the operators that average.

import { quotient } from '../../onnx/dims.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** dY divided by how many elements of X went into one of Y. */
export function spread(g: GraphBuilder, dY: Value, X: Value, Y: Value): Value {
  // Sizes that stand in both shapes cancel, so an unknown batch does not matter unless it was averaged over.
  const known = quotient(g.shape(X), g.shape(Y));
  if (typeof known === 'number') return g.scale(dY, 1 / known);
  // As above, to the last bit: a step is the same whether its batch was known or not.
  const count = g.div(g.op('Size', [X]), g.op('Size', [Y]));
  return g.mul(dY, g.div(g.scalar(1, dY), g.cast(count, g.type(dY).type)));
}
