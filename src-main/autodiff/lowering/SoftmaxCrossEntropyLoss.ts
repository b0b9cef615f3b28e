import { stringOf } from '../../onnx/node.ts';
import { labelWeights } from '../label-weights.ts';
import type { Lowering } from './lowering.ts';

// loss = −Σ w·onehot·ln softmax(scores) / n. The inference build has no kernel for the operator itself.
export const SoftmaxCrossEntropyLoss: Lowering = ({ g, node }) => {
  const [scores] = node.inputs;
  const logProb = g.op('LogSoftmax', [scores], { axis: 1 });
  const { weighted, total } = labelWeights(g, node);
  const picked = g.mul(weighted, logProb);
  const reduction = stringOf(node, 'reduction', 'mean');
  if (reduction === 'none') return [g.neg(g.reduceSum(picked, [1], false)), logProb];
  const sum = g.neg(
    g.reduceSum(
      picked,
      g.shape(scores).map((_, axis) => axis),
      false,
    ),
  );
  if (reduction === 'sum') return [sum, logProb];
  return [typeof total === 'number' ? g.scale(sum, 1 / total) : g.div(sum, total), logProb];
};
