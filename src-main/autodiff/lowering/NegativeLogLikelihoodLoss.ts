import { reducedLoss } from '../forms/label-weights.ts';
import type { Lowering } from './lowering.ts';

// loss = −Σ weight·input[label] / n. The inference build has no kernel for the operator itself.
export const NegativeLogLikelihoodLoss: Lowering = ({ g, node }) => [reducedLoss(g, node, node.inputs[0])];
