import { isStatic } from '../../onnx/dims.ts';
import { intOf, nodeError } from '../../onnx/node.ts';
import { tensor } from '../../onnx/tensors.ts';
import { windowOf, type Window } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';
import { addPatches } from './add-patches.ts';
import type { Lowering } from './lowering.ts';

/** Along one axis: how many elements each window counts. */
function counts(window: Window, axis: number, size: number, places: number, withPads: boolean): number[] {
  const { kernel, strides, dilations, begin, end } = window;
  return Array.from({ length: places }, (_, place) => {
    let count = 0;
    for (let tap = 0; tap < kernel[axis]; tap++) {
      const at = place * strides[axis] - begin[axis] + tap * dilations[axis];
      if (withPads ? at < size + end[axis] : at >= 0 && at < size) count++;
    }
    return count;
  });
}

// Every element of a window gets dY/count: dY is divided by its window's count, and each window's value added back.
export const AveragePoolGrad: Lowering = ({ g, node, shape }) => {
  const [dY] = node.inputs;
  const spatial: Shape = shape.slice(2);
  const places: Shape = g.shape(dY).slice(2);
  if (!isStatic(spatial) || !isStatic(places) || typeof shape[1] !== 'number') {
    throw nodeError('unsupported_shape', node, `a pool over [${shape.join(', ')}]`);
  }
  const window = windowOf(node, spatial);
  const withPads = intOf(node, 'count_include_pad', 0) === 1;
  const perAxis = spatial.map((size, axis) => counts(window, axis, size, places[axis], withPads));
  const factors = perAxis.reduce<number[]>((all, axis) => all.flatMap((f) => axis.map((count) => f / count)), [1]);
  const uniform = factors.every((factor) => factor === factors[0]);
  const share = uniform
    ? g.scale(dY, factors[0])
    : g.mul(dY, g.constant(tensor(g.type(dY).type, [1, 1, ...places], factors)));
  return [addPatches(g, share, window, shape, false)];
};
