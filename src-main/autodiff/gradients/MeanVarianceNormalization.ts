import { axesOf, intsOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = (X − mean)/σ over some axes;  dX = (dY − mean(dY) − Y·mean(dY·Y))/σ
export const MeanVarianceNormalization: GradientRule<'MeanVarianceNormalization'> = ({
  g,
  node,
  inputs: { X },
  outputs: { Y },
  dY,
}) => ({
  X: () => {
    const axes = axesOf(node, intsOf(node, 'axes') ?? [0, 2, 3], g.rank(X));
    const centred = g.sub(X, g.reduceMean(X, axes));
    const deviation = g.sqrt(g.reduceMean(g.mul(centred, centred), axes));
    const tangent = g.sub(g.sub(dY, g.reduceMean(dY, axes)), g.mul(Y, g.reduceMean(g.mul(dY, Y), axes)));
    return g.div(tangent, deviation);
  },
});
