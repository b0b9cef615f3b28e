import { attended, attentionParts, joinHeads } from '../forms/attention.ts';
import type { Lowering } from './lowering.ts';

// Written out, so that the gradient finds what it needs of it. The operator itself keeps none of that.
export const Attention: Lowering = ({ g, node }) => {
  // Its scores as an output: the operator's own business.
  if (node.outputs[3] || node.inputs[6]) return undefined;
  const parts = attentionParts(g, node);
  return [joinHeads(g, attended(g, parts), g.rank(node.inputs[0])), parts.k, parts.v].slice(0, node.outputs.length);
};
