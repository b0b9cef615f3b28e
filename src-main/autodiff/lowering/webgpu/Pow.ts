import type { Value } from '../../../onnx/builder.ts';
import { sameShape } from '../../../onnx/dims.ts';
import { spreads } from './spreads.ts';
import type { Lowering } from '../lowering.ts';

// Of equal shapes: WebGPU's kernel breaks on some that broadcast ("raw_hash_map<>::at").
export const Pow: Lowering = ({ g, node, shape }) => {
  if (!spreads(g, node.inputs)) return undefined;
  const whole = (x: Value) => (sameShape(g.shape(x), shape) ? x : g.op('Expand', [x, g.shapeVector(shape)]));
  return [g.pow(whole(node.inputs[0]), whole(node.inputs[1]))];
};
