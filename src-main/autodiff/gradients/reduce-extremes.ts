// ReduceMax and ReduceMin.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Node } from '../../onnx/types.ts';
import { keptShape, sumOverReduced } from './kept-shape.ts';
import type { GradientRule } from './rule.ts';

// Y = the largest (smallest) X over some axes;  dX = dY/n where X = Y, else 0 — n of them are equal, as in torch.amax
function extreme(g: GraphBuilder, node: Node, data: Value, reduced: Value, dY: Value): Value {
  const mask = g.cast(g.op('Equal', [data, keptShape(g, node, data, reduced)]), g.type(dY).type);
  return g.mul(mask, g.div(keptShape(g, node, data, dY), sumOverReduced(g, node, mask)));
}

export const ReduceMax: GradientRule<'ReduceMax'> = ({ g, node, inputs: { data }, outputs: { reduced }, dY }) => ({
  data: () => extreme(g, node, data, reduced, dY),
});

export const ReduceMin: GradientRule<'ReduceMin'> = ({ g, node, inputs: { data }, outputs: { reduced }, dY }) => ({
  data: () => extreme(g, node, data, reduced, dY),
});
