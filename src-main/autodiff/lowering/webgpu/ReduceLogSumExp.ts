import { intOf } from '../../../onnx/node.ts';
import type { Lowering } from '../lowering.ts';

// max + ln Σ exp(X − max). WebGPU sums exp X itself, which overflows from 89 on. A maximum of −∞ is not taken off: −∞ − (−∞)
// would be no number.
export const ReduceLogSumExp: Lowering = ({ g, node, shape }) => {
  const [x, ...axes] = node.inputs;
  const attributes = { keepdims: 1, noop_with_empty_axes: intOf(node, 'noop_with_empty_axes', 0) };
  const max = g.op('ReduceMax', [x, ...axes], attributes);
  const finite = g.where(g.op('Equal', [max, g.scalar(-Infinity, x)]), g.scalar(0, x), max);
  const sum = g.op('ReduceSum', [g.exp(g.sub(x, finite)), ...axes], attributes);
  const result = g.add(finite, g.log(sum));
  return [g.rank(x) === shape.length ? result : g.reshape(result, shape)];
};
