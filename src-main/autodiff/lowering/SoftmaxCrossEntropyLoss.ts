import { reducedLoss } from '../forms/label-weights.ts';
import type { Lowering } from './lowering.ts';

// loss = −Σ weight·ln softmax(scores)[label] / n. The inference build has no kernel for the operator itself.
export const SoftmaxCrossEntropyLoss: Lowering = ({ g, node }) => {
  const logProb = g.op('LogSoftmax', [node.inputs[0]], { axis: 1 });
  return [reducedLoss(g, node, logProb), logProb];
};
