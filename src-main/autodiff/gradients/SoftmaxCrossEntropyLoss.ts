import { labelGradient, labelWeights, subtractAtLabels } from '../forms/label-weights.ts';
import type { GradientRule } from './rule.ts';

// loss = Σ ωᵢ·(−ln pᵢ[labelᵢ]) / n, with p = softmax(scores), ωᵢ the weight of i's label, and n = Σ ω, or 1 for a sum or none
//   dscores = dloss·ω·p/n, less dloss·ω/n at the label;  from log_prob = ln p:  dlog_prob − p·Σ dlog_prob
export const SoftmaxCrossEntropyLoss: GradientRule<'SoftmaxCrossEntropyLoss'> = ({ g, node, inputs, dOutputs }) => ({
  scores: () => {
    const [dLoss, dLogProb] = dOutputs;
    const p = g.exp(g.op('LogSoftmax', [inputs.scores], { axis: 1 }));
    const fromLogProb = dLogProb && g.sub(dLogProb, g.mul(p, g.reduceSum(dLogProb, [1])));
    if (!dLoss) return fromLogProb!;
    const labels = labelWeights(g, node);
    const each = labelGradient(g, node, labels, dLoss);
    const fromLoss = subtractAtLabels(g, g.mul(p, each), labels, each);
    return fromLogProb ? g.add(fromLoss, fromLogProb) : fromLoss;
  },
});
