import { intOf } from '../../onnx/node.ts';
import { localResponse } from '../forms/local-response.ts';
import type { Lowering } from './lowering.ts';

// X/s^β. The runtime's own kernel takes pictures and odd numbers of neighbours only.
export const LRN: Lowering = ({ g, node }) => {
  const [X] = node.inputs;
  if (g.rank(X) === 4 && intOf(node, 'size', 1) % 2 === 1) return undefined;
  const { scale, beta } = localResponse(g, node, X);
  return [g.mul(X, g.pow(scale, g.scalar(-beta, X)))];
};
