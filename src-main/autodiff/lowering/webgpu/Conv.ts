import { attributesOf, type GraphBuilder, type Value } from '../../../onnx/builder.ts';
import { product } from '../../../onnx/dims.ts';
import { intOf, stringOf } from '../../../onnx/node.ts';
import { kernelOf } from '../../../onnx/shapes/Conv.ts';
import { autoPadOf, type Window, windowOf } from '../../../onnx/shapes/window.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Shape } from '../../../onnx/types.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { patches } from '../patches.ts';

// What WebGPU's kernel has not (groups in 3-D) or does wrongly (pads after the picture only).
export const Conv: Lowering = (context) => {
  const { g, node } = context;
  const [X, W] = node.inputs;
  const spatial = g.shape(X).slice(2);
  const auto = autoPadOf(node);
  const known = auto === 'NOTSET' || auto === 'VALID' || spatial.every((size) => typeof size === 'number');
  if (!known) return undefined;
  const window = windowOf(node, spatial, kernelOf(node, g.shape(W)));
  if (intOf(node, 'group', 1) > 1) return spatial.length === 3 ? [byDepth(context, window)] : undefined;
  return spatial.length < 3 && overlooksPads(g, X, window) ? [fromEarlier(context, window)] : undefined;
};

/** In groups, 3-D: the sum over the kernel's depth of 2-D convolutions, with each layer of the input a picture of its own. */
function byDepth({ g, node, shape }: LoweringContext, window: Window): Value {
  const [X, W, B] = node.inputs;
  const [batch, out, depth, ...places] = shape;
  const [, channels, , ...size] = g.shape(X);
  const [, perGroup] = g.shape(W);
  const inDepth = ([first]: readonly number[], otherwise: number) => [first, otherwise, otherwise];
  const { kernel, strides, dilations, begin, end } = window;
  const layers = patches(
    g,
    X,
    {
      kernel: inDepth(kernel, 1),
      strides: inDepth(strides, 1),
      dilations: inDepth(dilations, 1),
      begin: inDepth(begin, 0),
      end: inDepth(end, 0),
      ceil: false,
    },
    [depth, ...size],
    'zero',
  );
  const attributes = {
    kernel_shape: kernel.slice(1),
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    pads: [...begin.slice(1), ...end.slice(1)],
    group: intOf(node, 'group', 1),
  };
  const exchanged = (x: Value) => g.transpose(x, [0, 2, 1, 3, 4]);
  const pictures = product([batch, depth]);
  const sum = layers
    .map((layer, tap) => {
      const weights = g.reshape(g.slice(W, [tap], [tap + 1], [2]), [out, perGroup, ...kernel.slice(1)]);
      const flat = g.reshape(exchanged(layer), [pictures, channels, ...size]);
      return g.op('Conv', [flat, weights, tap === 0 ? B : undefined], attributes);
    })
    .reduce(g.add);
  return exchanged(g.reshape(sum, [batch, depth, out, ...places]));
}

/**
 * Whether the kernel takes a shortcut, a plain product of matrices, that leaves pads out: it looks only for those before the
 * picture. ONNX Runtime makes the pads of a Pad in front those of the Conv.
 */
function overlooksPads(g: GraphBuilder, X: Value, { kernel, strides, begin, end }: Window): boolean {
  const pad = g.nodes.find(({ op, outputs }) => op === 'Pad' && outputs[0] === X);
  const spatial = g.shape(pad ? pad.inputs[0] : X).slice(2);
  const given = pad && stringOf(pad, 'mode', 'constant') === 'constant' ? g.constantOf(pad.inputs[1]) : undefined;
  const more = given ? numbersOf(given) : [];
  const before = begin.map((size, axis) => size + (more[axis + 2] ?? 0));
  const after = end.map((size, axis) => size + (more[axis + 4 + begin.length] ?? 0));
  const whole = (sizes: Shape) => sizes.every((size, axis) => size === kernel[axis] || typeof size === 'string');
  const pointwise = [...kernel, ...strides].every((size) => size === 1);
  return before.every((size) => size === 0) && after.some((size) => size > 0) && (pointwise || whole(spatial));
}

/** With one more place in front, which is cut off again. */
function fromEarlier({ g, node }: LoweringContext, { strides, begin, end }: Window): Value {
  const { auto_pad: _auto, ...attributes } = node.attributes;
  const [first, ...others] = begin;
  const pads = attributesOf({ pads: [first + strides[0], ...others, ...end] });
  const more = g.op('Conv', node.inputs, { ...attributes, ...pads });
  return g.slice(more, [1], [2 ** 31 - 1], [2]);
}
