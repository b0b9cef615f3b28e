import { stringOf, unsupportedAttribute } from '../../onnx/node.ts';
import { labelWeights } from '../label-weights.ts';
import type { GradientRule } from './rule.ts';

// loss = Σ ωᵢ·(−ln pᵢ[labelᵢ]) / n, with p = softmax(scores), ωᵢ the weight of i's label, and n = Σ ω, or 1 for a sum
//   dscores = dloss·(ω·p − w·onehot) / n
export const SoftmaxCrossEntropyLoss: GradientRule<'SoftmaxCrossEntropyLoss'> = ({
  g,
  node,
  outputs,
  dY,
  dOutputs,
}) => {
  const reduction = stringOf(node, 'reduction', 'mean');
  if (reduction === 'none') throw unsupportedAttribute(node, 'reduction');
  if (dOutputs[1]) throw unsupportedAttribute(node, 'log_prob');
  return {
    scores: () => {
      const { onehot, weighted, weight, total } = labelWeights(g, node);
      const p = g.exp(outputs.log_prob!);
      const difference = weight ? g.sub(g.mul(p, weight), weighted) : g.sub(p, onehot);
      if (reduction === 'sum') return g.mul(difference, dY);
      return typeof total === 'number'
        ? g.mul(difference, g.scale(dY, 1 / total))
        : g.mul(difference, g.div(dY, total));
    },
  };
};
