import type { Value } from '../../onnx/builder.ts';
import { axisOf, intOf, stringOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = the cache with the update at places write_indices, write_indices + 1 … of each sample, along an axis
//   dupdate = what of dY stands there;  dpast_cache = dY with zeros there
export const TensorScatter: GradientRule<'TensorScatter'> = ({ g, node, inputs, dY }) => {
  const { past_cache, update, write_indices } = inputs;
  const rank = g.rank(past_cache);
  const axis = axisOf(node, intOf(node, 'axis', -2), rank);
  const scalar = (x: Value) => g.op('Squeeze', [x]);
  const along = (at: number) => g.int64s(g.shape(update).map((_, each) => (each === at ? -1 : 1)));
  /** int64, the update's shape: each element's place along the axis. */
  const places = (): Value => {
    const length = scalar(g.sizeVector(g.shape(update)[axis]));
    const steps = g.op('Range', [scalar(g.int64s([0])), length, scalar(g.int64s([1]))]);
    const own = g.op('Reshape', [steps, along(axis)]);
    const moved = write_indices ? g.add(g.op('Reshape', [write_indices, along(0)]), own) : own;
    const size = g.sizeVector(g.shape(past_cache)[axis]);
    const wrapped = stringOf(node, 'mode', 'linear') === 'circular' ? g.op('Mod', [moved, size]) : moved;
    return g.op('Expand', [wrapped, g.shapeVector(g.shape(update))]);
  };
  return {
    past_cache: () => g.op('ScatterElements', [dY, places(), g.mul(update, g.scalar(0, update))], { axis }),
    update: () => g.op('GatherElements', [dY, places()], { axis }),
  };
};
