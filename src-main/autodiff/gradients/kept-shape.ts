// Shared by the reductions.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { axesOf, intOf, intsOf } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { Node } from '../../onnx/types.ts';

/** A reduced value with its reduced axes back, of size 1, so that it broadcasts against the reduction's input. */
export function keptShape(g: GraphBuilder, node: Node, data: Value, reduced: Value): Value {
  const rank = g.rank(data);
  if (intOf(node, 'keepdims', 1) === 1 || g.rank(reduced) === rank) return reduced;
  const constant = node.inputs[1] ? g.constantOf(node.inputs[1]) : undefined;
  const axes = intsOf(node, 'axes') ?? (constant ? numbersOf(constant) : []);
  // All axes reduced: a scalar, which broadcasts as it is.
  return axes.length === 0 || axes.length === rank ? reduced : g.unsqueeze(reduced, axesOf(node, axes, rank));
}
