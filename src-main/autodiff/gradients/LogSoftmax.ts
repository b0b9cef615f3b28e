import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X − ln Σ exp X along an axis;  dX = dY − exp(Y)·Σ dY
export const LogSoftmax: GradientRule<'LogSoftmax'> = ({ g, node, outputs: { output: Y }, dY }) => ({
  input: () => {
    const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(Y));
    return g.sub(dY, g.mul(g.exp(Y), g.reduceSum(dY, [axis])));
  },
});
