import { floatOf, inputsOf, intOf } from '../../onnx/node.ts';
import { standardise } from '../forms/standardise.ts';
import type { Lowering } from './lowering.ts';

// scale·N + bias with N by the kernel for layers, which also gives the gradient its statistics; the runtime would take the
// operator apart into sums. scale and bias have one number a group, or since opset 21 a channel.
export const GroupNormalization: Lowering = ({ g, node, shape }) => {
  const { X, scale, bias } = inputsOf(node, 'GroupNormalization');
  const groups = intOf(node, 'num_groups', 1);
  const each = (shape[1] as number) / groups;
  const split = g.op('Reshape', [X, g.int64s([0, groups, each, -1])]);
  const { normal } = standardise(g, split, 2, floatOf(node, 'epsilon', 1e-5));
  const weights = (x: string) => g.reshape(x, [groups, g.shape(x)[0] === groups ? 1 : each, 1]);
  return [g.reshapeLike(g.add(g.mul(normal, weights(scale)), weights(bias)), X)];
};
