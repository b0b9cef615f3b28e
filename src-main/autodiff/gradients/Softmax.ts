import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = softmax(X) along an axis;  dX = Y·(dY − Σ dY·Y)
export const Softmax: GradientRule<'Softmax'> = ({ g, node, outputs: { output: Y }, dY }) => ({
  input: () => {
    const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(Y));
    return g.mul(Y, g.sub(dY, g.reduceSum(g.mul(dY, Y), [axis])));
  },
});
