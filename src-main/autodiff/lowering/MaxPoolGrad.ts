import { isStatic } from '../../onnx/dims.ts';
import { nodeError } from '../../onnx/node.ts';
import { windowOf } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';
import { fold } from './fold.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { patches } from './patches.ts';
import type { Value } from '../../onnx/builder.ts';

// dX gets dY at the first maximum of each window.
//   CPU: a MaxPool that also says where its maxima stood (merged with the forward one later). Windows that do not
//     overlap scatter by MaxUnpool; those that do must add up: ScatterElements with reduction "add".
//   GPUs: no Indices and no MaxUnpool there. Tap by tap, dY goes to the first that equals the maximum; fold adds up.
export const MaxPoolGrad: Lowering = (context) => [
  context.device === 'cpu' ? byIndices(context) : byComparison(context),
];

function byIndices({ g, node, shape }: LoweringContext): Value {
  const [dY, X] = node.inputs;
  const { kernel, strides, dilations, begin, end, ceil } = windowOf(node, shape.slice(2));
  const [, indices] = g.node('MaxPool', [X], node.attributes, { outputs: ['MaxPool', 'Indices'] });
  // MaxUnpool overwrites, so windows must not overlap; and it wants every window to lie inside.
  const apart = kernel.every((size, axis) => strides[axis] >= size && dilations[axis] === 1);
  const inside = !ceil && [...begin, ...end].every((pad) => pad === 0);
  if (apart && inside) return g.op('MaxUnpool', [dY, indices, g.op('Shape', [X])], { kernel_shape: kernel, strides });
  const flat = (x: Value) => g.op('Reshape', [x, g.int64s([-1])]);
  const zeros = flat(g.mul(X, g.scalar(0, X)));
  const added = g.op('ScatterElements', [zeros, flat(indices), flat(dY)], { axis: 0, reduction: 'add' });
  return g.reshapeLike(added, X);
}

function byComparison({ g, node, shape }: LoweringContext): Value {
  const [dY, X, Y] = node.inputs;
  const window = windowOf(node, shape.slice(2));
  const spatial: Shape = shape.slice(2);
  const places: Shape = g.shape(Y).slice(2);
  if (!isStatic(spatial) || !isStatic(places) || typeof shape[1] !== 'number') {
    throw nodeError('unsupported_shape', node, `a pool over [${shape.join(', ')}] on this device`);
  }
  // A last window rounded up reaches beyond the padding.
  const beyond = spatial.map((size, axis) => {
    const span = (window.kernel[axis] - 1) * window.dilations[axis] + 1;
    return Math.max(0, (places[axis] - 1) * window.strides[axis] + span - size - window.begin[axis] - window.end[axis]);
  });
  const zero = g.scalar(0, dY);
  let left = dY;
  const taken = patches(g, X, window, places, 'lowest', beyond).map((seen, tap, all) => {
    const here = g.op('Equal', [seen, Y]);
    const mine = g.where(here, left, zero);
    if (tap < all.length - 1) left = g.where(here, zero, left);
    return g.unsqueeze(mine, [2]);
  });
  const perTap = g.concat(taken, 2);
  const channels = shape[1] * taken.length;
  return fold(g, g.reshape(perTap, [g.shape(Y)[0], channels, ...places]), window, shape, true);
}
