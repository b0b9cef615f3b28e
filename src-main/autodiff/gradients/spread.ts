// Shared by the operators that average.

import { isStatic } from '../../onnx/dims.ts';
import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { sizeOf } from '../../onnx/tensors.ts';

/** dY divided by how many elements of X went into one of Y. */
export function spread(g: GraphBuilder, dY: Value, X: Value, Y: Value): Value {
  // Sizes that stand in both shapes cancel, so an unknown batch does not matter unless it was averaged over.
  const rest = [...g.shape(X)];
  for (const dim of g.shape(Y)) {
    const at = rest.indexOf(dim);
    if (at >= 0) rest.splice(at, 1);
  }
  if (isStatic(rest)) return g.scale(dY, 1 / sizeOf(rest));
  const count = g.div(g.op('Size', [X]), g.op('Size', [Y]));
  return g.div(dY, g.cast(count, g.type(dY).type));
}
