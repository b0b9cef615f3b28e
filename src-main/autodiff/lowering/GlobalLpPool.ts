import { intOf } from '../../onnx/node.ts';
import type { Lowering } from './lowering.ts';

// (Σ |X|ᵖ)^(1/p) over the spatial axes, written out: the runtime has no kernel for it from opset 22 on.
export const GlobalLpPool: Lowering = ({ g, node }) => {
  const [X] = node.inputs;
  const p = intOf(node, 'p', 2);
  const axes = g.int64s(g.shape(X).flatMap((_, axis) => (axis < 2 ? [] : [axis])));
  if (p === 1 || p === 2) return [g.op(`ReduceL${p}`, [X, axes], { keepdims: 1 })];
  const sum = g.op('ReduceSum', [g.pow(g.op('Abs', [X]), g.scalar(p, X)), axes], { keepdims: 1 });
  return [g.pow(sum, g.scalar(1 / p, X))];
};
