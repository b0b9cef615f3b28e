import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { intOf } from '../../onnx/node.ts';
import { filled, sizeOf, tensor } from '../../onnx/tensors.ts';
import { mayDrop, windowOf, type Window } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';
import { addPatches } from './add-patches.ts';
import { cropTo } from './crop.ts';
import type { Lowering } from './lowering.ts';

// Every element of a window gets dY/count: dY is divided by its window's count, and each window's value added back.
export const AveragePoolGrad: Lowering = ({ g, node, shape }) => {
  const [dY] = node.inputs;
  const spatial: Shape = shape.slice(2);
  const places: Shape = g.shape(dY).slice(2);
  const window = windowOf(node, spatial);
  const withPads = intOf(node, 'count_include_pad', 0) === 1;
  const pads = [...window.begin, ...window.end];
  const add = (x: Value, factor: number) => [addPatches(g, node, x, { window, to: shape, factor })];

  if (isStatic(spatial) && isStatic(places)) {
    const perAxis = spatial.map((size, axis) => counts(window, axis, size, places[axis], withPads));
    const factors = perAxis.reduce<number[]>((all, axis) => all.flatMap((f) => axis.map((count) => f / count)), [1]);
    if (factors.every((factor) => factor === factors[0])) return add(dY, factors[0]);
    return add(g.mul(dY, g.constant(tensor(g.type(dY).type, [1, 1, ...places], factors))), 1);
  }
  if (!window.ceil && (withPads || pads.every((pad) => pad === 0))) return add(dY, 1 / sizeOf(window.kernel));
  return add(g.div(dY, countsAtRunTime(g, dY, window, spatial, withPads)), 1);
};

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

/** The same over sizes that only the run knows, [1, 1, …places]: the window moves over a picture of ones. */
function countsAtRunTime(g: GraphBuilder, dY: Value, window: Window, spatial: Shape, withPads: boolean): Value {
  const { kernel, strides, dilations, begin, end, ceil } = window;
  const one = g.scalar(1, dY);
  const ones = g.op('Expand', [one, g.shapeVector([1, 1, ...spatial])]);
  const counted = withPads ? g.op('Pad', [ones, g.int64s([0, 0, ...begin, 0, 0, ...end]), one]) : ones;
  const [before, after] = withPads ? [begin.map(() => 0), end.map(() => 0)] : [begin, end];
  const places = g.op('Conv', [counted, g.constant(filled(g.type(dY).type, [1, 1, ...kernel], 1))], {
    kernel_shape: kernel,
    strides,
    dilations,
    // A last window rounded up reaches further.
    pads: [...before, ...after.map((pad, axis) => pad + (ceil ? strides[axis] - 1 : 0))],
  });
  return kernel.some((_, axis) => mayDrop(window, axis)) ? cropTo(g, places, g.shape(dY).slice(2)) : places;
}
