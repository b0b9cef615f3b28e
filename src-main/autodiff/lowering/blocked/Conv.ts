import { inputsOf, intOf } from '../../../onnx/node.ts';
import type { Lowering } from '../lowering.ts';
import { blockedConv, blockedOf, blockedWeights } from './blocks.ts';

/** Weights that are constants are left to the runtime, which lays them out once. */
export const Conv: Lowering = ({ g, node, shape, block }) => {
  const { X, W, B } = inputsOf(node, 'Conv');
  if (g.type(X).type !== 'float' || g.constantOf(W)) return undefined;
  const blocked = blockedOf(block, intOf(node, 'group', 1), g.shape(W), shape);
  if (!blocked) return undefined;
  return [blockedConv(g, blocked, [X, blockedWeights(g, W, blocked), B], node.attributes, shape)];
};
