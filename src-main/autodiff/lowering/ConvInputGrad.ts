import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { intOf, nodeError } from '../../onnx/node.ts';
import { kernelOf } from '../../onnx/shapes/Conv.ts';
import { reach, windowOf } from '../../onnx/shapes/window.ts';
import type { Lowering } from './lowering.ts';

/** W [out, in/groups, …k] → [in, out/groups, …k], each kernel turned around. */
function turned(g: GraphBuilder, W: Value, group: number): Value {
  const [out, perGroup, ...kernel] = g.shape(W) as number[];
  const spatial = kernel.map((_, axis) => axis);
  const grouped = group === 1 ? W : g.reshape(W, [group, out / group, perGroup, ...kernel]);
  const offset = group === 1 ? 0 : 1;
  const lead = group === 1 ? [1, 0] : [0, 2, 1];
  const swapped = g.transpose(grouped, [...lead, ...spatial.map((axis) => axis + 2 + offset)]);
  const joined = group === 1 ? swapped : g.reshape(swapped, [group * perGroup, out / group, ...kernel]);
  if (kernel.every((size) => size === 1)) return joined;
  const all = (value: number) => kernel.map(() => value);
  return g.slice(
    joined,
    all(-1),
    all(-(2 ** 31)),
    spatial.map((axis) => axis + 2),
    all(-1),
  );
}

// dX = dY ∗ᵀ W. With stride 1 that is a plain Conv of dY with the turned kernel and the complementary padding, on
// every CPU the faster spelling; otherwise it is ONNX's ConvTranspose.
export const ConvInputGrad: Lowering = ({ g, node, shape }) => {
  const [dY, W] = node.inputs;
  const spatial = shape.slice(2);
  const window = windowOf(node, spatial, kernelOf(node, g.shape(W)));
  const { kernel, strides, dilations, begin, end } = window;
  const group = intOf(node, 'group', 1);

  const full = kernel.map((_, axis) => reach(window, axis) - 1);
  const pads = [...full.map((size, axis) => size - begin[axis]), ...full.map((size, axis) => size - end[axis])];
  if (strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0)) {
    return [g.op('Conv', [dY, turned(g, W, group)], { kernel_shape: kernel, dilations, pads, group })];
  }
  // Rows at the end that no window reached get zeros: output_padding.
  const unreached = spatial.map((size, axis) => {
    const places = g.shape(dY)[axis + 2];
    if (strides[axis] === 1) return 0;
    if (typeof size !== 'number' || typeof places !== 'number') {
      throw nodeError('unsupported_shape', node, `a stride of ${strides[axis]} over the unknown size "${size}"`);
    }
    return size + begin[axis] + end[axis] - ((places - 1) * strides[axis] + reach(window, axis));
  });
  const attributes = { kernel_shape: kernel, strides, dilations, pads: [...begin, ...end], group };
  return [g.op('ConvTranspose', [dY, W], { ...attributes, output_padding: unreached })];
};
