import { inputsOf, intOf } from '../../../onnx/node.ts';
import { kernelOf } from '../../../onnx/shapes/Conv.ts';
import { windowOf } from '../../../onnx/shapes/window.ts';
import type { Lowering } from '../lowering.ts';
import { blockedConv, blockedOf, blockedWeights } from './blocks.ts';
import { skipped } from './skipped.ts';

/** Weights that are constants are left to the runtime, which lays them out once. */
export const Conv: Lowering = ({ g, node, shape, block }) => {
  const { X, W, B } = inputsOf(node, 'Conv');
  if (block === undefined || g.type(X).type !== 'float' || g.constantOf(W)) return undefined;
  const [group, weights] = [intOf(node, 'group', 1), g.shape(W)];
  const places = skipped(g, block, X, weights, windowOf(node, g.shape(X).slice(2), kernelOf(node, weights)), group);
  const blocked = blockedOf(block, group, weights, shape, places !== undefined);
  if (!blocked) return undefined;
  const laid = blockedWeights(g, W, blocked);
  if (places === undefined) return [blockedConv(g, blocked, [X, laid, B], node.attributes, shape)];
  return [blockedConv(g, blocked, [places, laid, B], {}, shape)];
};
