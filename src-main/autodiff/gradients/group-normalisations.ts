import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { floatOf, intOf, nodeError } from '../../onnx/node.ts';
import { standardise } from '../forms/standardise.ts';
import type { Node } from '../../onnx/types.ts';
import type { GradientRule } from './rule.ts';
import { spread } from './spread.ts';

// Y = scale·N + B,  N = (X − mean)/σ over the places and channels of a group; an instance's groups are single channels
//   dB = Σ dY,  dscale = Σ dY·N   over batch and places
//   dX = (dN − mean(dN) − N·mean(dN·N))/σ  with dN = scale·dY
//
// scale and B have one number a channel; GroupNormalization had one a group before opset 21.

interface Grouped {
  X(): Value;
  scale(): Value;
  B(): Value;
}

function grouped(g: GraphBuilder, node: Node, X: Value, scale: Value, dY: Value, groups: number): Grouped {
  const channels = g.shape(X)[1];
  if (typeof channels !== 'number') throw nodeError('unsupported_shape', node, `"${channels}" channels`);
  const each = channels / groups;
  // [batch, groups, channels of a group, places]; the weights broadcast against it.
  const split = (x: Value) => g.op('Reshape', [x, g.int64s([0, groups, each, -1])]);
  const perGroup = g.shape(scale)[0] === groups;
  const weights = g.reshape(scale, [groups, perGroup ? 1 : each, 1]);
  const rows = () => standardise(g, split(X), 2, floatOf(node, 'epsilon', 1e-5));
  const overPlaces = (x: Value) => g.reduceSum(x, [3]);
  const sum = () => overPlaces(split(dY));
  const sumOfProducts = () => overPlaces(g.mul(split(dY), rows().normal));
  const asWeights = (x: Value) => g.reshapeLike(g.reduceSum(x, perGroup ? [0, 2] : [0]), scale);
  return {
    X: () => {
      const { normal, factor } = rows();
      const mean = (sums: Value) => {
        const total = g.reduceSum(g.mul(sums, weights), [2]);
        return g.mul(spread(g, total, normal, factor), factor);
      };
      const straight = g.mul(split(dY), g.mul(weights, factor));
      const dX = g.sub(straight, g.add(g.mul(normal, mean(sumOfProducts())), mean(sum())));
      return g.reshapeLike(dX, X);
    },
    scale: () => asWeights(sumOfProducts()),
    B: () => asWeights(sum()),
  };
}

export const InstanceNormalization: GradientRule<'InstanceNormalization'> = ({ g, node, inputs, dY }) => {
  const { input, scale } = inputs;
  const { X, ...others } = grouped(g, node, input, scale, dY, g.shape(input)[1] as number);
  return { input: X, ...others };
};

export const GroupNormalization: GradientRule<'GroupNormalization'> = ({ g, node, inputs, dY }) => {
  const { B, ...others } = grouped(g, node, inputs.X, inputs.scale, dY, intOf(node, 'num_groups', 1));
  return { ...others, bias: B };
};
