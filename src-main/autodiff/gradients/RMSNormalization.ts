import { axisOf, floatOf, intOf } from '../../onnx/node.ts';
import { rowMean } from './row-mean.ts';
import type { GradientRule } from './rule.ts';

// Y = scale·N,  N = X/r,  r = √(mean(X²) + ε) over the axes from `axis` on   (Zhang & Sennrich 2019)
//   dscale = dY·N   summed over the rows
//   dX = (dN − N·mean(dN·N))/r  with dN = scale·dY
export const RMSNormalization: GradientRule<'RMSNormalization'> = ({ g, node, inputs: { X, scale }, dY }) => {
  const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(X));
  const row = g.shape(X).flatMap((_, each) => (each < axis ? [] : [each]));
  const rows = () => {
    const square = g.add(g.reduceMean(g.mul(X, X), row), g.scalar(floatOf(node, 'epsilon', 1e-5), X));
    const factor = g.op('Reciprocal', [g.sqrt(square)]);
    return { factor, normal: g.mul(X, factor) };
  };
  return {
    X: () => {
      const { normal, factor } = rows();
      const along = g.mul(normal, rowMean(g, g.mul(dY, normal), scale, row));
      return g.mul(g.sub(g.mul(dY, scale), along), factor);
    },
    scale: () => g.mul(dY, rows().normal),
  };
};
