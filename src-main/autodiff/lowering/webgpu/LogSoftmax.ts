import { axisOf, intOf } from '../../../onnx/node.ts';
import type { Lowering } from '../lowering.ts';

// X − max − ln Σ exp(X − max). WebGPU has no LogSoftmax: left alone, it would visit the CPU in every step.
export const LogSoftmax: Lowering = ({ g, node }) => {
  const [x] = node.inputs;
  const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(x));
  const centred = g.sub(x, g.op('ReduceMax', [x, g.int64s([axis])], { keepdims: 1 }));
  return [g.sub(centred, g.log(g.reduceSum(g.exp(centred), [axis])))];
};
