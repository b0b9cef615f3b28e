import { scalar } from '../../../onnx/tensors.ts';
import { spreads } from './spreads.ts';
import type { Lowering } from '../lowering.ts';

// b where a, else false. WebGPU's own kernel takes one program for all ways in which truth values broadcast, and so reads what
// the first of them in the process needed.
export const And: Lowering = ({ g, node }) => {
  if (!spreads(g, node.inputs)) return undefined;
  const [a, b] = node.inputs;
  return [g.cast(g.where(a, g.cast(b, 'int32'), g.constant(scalar('int32', 0))), 'bool')];
};
