import { labelGradient, labelWeights, subtractAtLabels } from '../forms/label-weights.ts';
import { zerosOf } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// loss = Σ ωᵢ·(−inputᵢ[labelᵢ]) / n, with ωᵢ the weight of i's label, and n = Σ ω, or 1 for a sum or none
//   dinput = −dloss·ω/n at the label, else 0
export const NegativeLogLikelihoodLoss: GradientRule<'NegativeLogLikelihoodLoss'> = ({ g, node, inputs, dY }) => ({
  input: () => {
    const labels = labelWeights(g, node);
    const zeros = zerosOf(g, g.shape(inputs.input), dY);
    return subtractAtLabels(g, zeros, labels, labelGradient(g, node, labels, dY));
  },
});
