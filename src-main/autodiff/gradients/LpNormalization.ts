import { axisOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = X/‖X‖ along an axis;  dX = (dY − n·Σ dY·Y)/‖X‖ with the norm's own gradient n: X/‖X‖ = Y for p = 2, sign X for p = 1.
// A vector of zeros stays zeros, and gets none.
export const LpNormalization: GradientRule<'LpNormalization'> = ({
  g,
  node,
  inputs: { input: X },
  outputs: { output: Y },
  dY,
}) => ({
  input: () => {
    const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(X));
    const p = intOf(node, 'p', 2);
    const norm = g.op(p === 1 ? 'ReduceL1' : 'ReduceL2', [X, g.int64s([axis])]);
    const along = g.reduceSum(g.mul(dY, Y), [axis]);
    const tangent = g.sub(dY, g.mul(p === 1 ? g.op('Sign', [X]) : Y, along));
    const zero = g.scalar(0, X);
    return g.where(g.op('Equal', [norm, zero]), zero, g.div(tangent, norm));
  },
});
