import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { axisOf, floatOf, intOf, nodeError } from '../../onnx/node.ts';
import { standardise, type Standardised } from '../forms/standardise.ts';
import type { Node } from '../../onnx/types.ts';
import { rowMean } from './row-mean.ts';
import type { GradientRule } from './rule.ts';
import { spread } from './spread.ts';

// Y = Scale·N + B,  N = (X − mean)/σ over the axes from `axis` on   (Ba et al. 2016)
//   dB = dY,  dScale = dY·N   summed over the rows
//   dX = (dN − mean(dN) − N·mean(dN·N))/σ  with dN = Scale·dY
//   and where the outputs Mean = mean and InvStdDev = 1/σ are used:  dX += (dMean − dInvStdDev·N/σ²)/n
export const LayerNormalization: GradientRule<'LayerNormalization'> = ({ g, node, inputs, dY, dOutputs }) => {
  const { X, Scale } = inputs;
  const axis = axisOf(node, intOf(node, 'axis', -1), g.rank(X));
  const row = g.shape(X).flatMap((_, each) => (each < axis ? [] : [each]));
  const rows = () => standardised(g, node, axis);
  return {
    X: () => {
      const { normal, factor } = rows();
      const dN = g.mul(dY, Scale);
      const along = g.mul(normal, rowMean(g, g.mul(dY, normal), Scale, row));
      const dX = g.mul(g.sub(g.sub(dN, rowMean(g, dY, Scale, row)), along), factor);
      const [, dMean, dFactor] = dOutputs;
      const mean = (each: Value) => spread(g, each, X, each);
      const moved = dMean === undefined ? dX : g.add(dX, mean(dMean));
      if (dFactor === undefined) return moved;
      return g.sub(moved, g.mul(normal, mean(g.mul(dFactor, g.mul(factor, factor)))));
    },
    Scale: () => g.mul(dY, rows().normal),
    B: () => dY,
  };
};

/** By the statistics that the forward node itself computes, where they have X's type; an equal node is merged with it. */
function standardised(g: GraphBuilder, node: Node, axis: number): Standardised {
  const [X] = node.inputs;
  if (g.type(X).type !== 'float') return standardise(g, X, axis, floatOf(node, 'epsilon', 1e-5));
  if (intOf(node, 'stash_type', 1) !== 1) throw nodeError('unsupported_attribute', node, 'its stash_type is not float');
  const [, mean, factor] = g.node('LayerNormalization', node.inputs, node.attributes, {
    outputs: ['normal', 'mean', 'factor'],
  });
  return { normal: g.mul(g.sub(X, mean), factor), factor };
}
