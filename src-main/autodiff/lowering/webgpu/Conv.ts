import { attributesOf } from '../../../onnx/attributes.ts';
import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { intOf, stringOf } from '../../../onnx/node.ts';
import { kernelOf } from '../../../onnx/shapes/Conv.ts';
import { autoPadOf, type Window, windowOf } from '../../../onnx/shapes/window.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Shape } from '../../../onnx/types.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { patches } from '../patches.ts';
import { grown } from './grown.ts';

// What WebGPU's kernels have not, or do wrongly.
export const Conv: Lowering = (context) => {
  const { g, node } = context;
  const [X, W] = node.inputs;
  const spatial = g.shape(X).slice(2);
  const group = intOf(node, 'group', 1);
  const auto = autoPadOf(node);
  const padsKnown = auto === 'NOTSET' || auto === 'VALID' || spatial.every((size) => typeof size === 'number');
  const window = padsKnown ? windowOf(node, spatial, kernelOf(node, g.shape(W))) : undefined;
  if (spatial.length === 3) return group > 1 && window ? [byDepth(context, window)] : undefined;
  if (group > 1) return hasUnevenGroups(g.shape(W), group) ? [inFours(context, group)] : undefined;
  if (isInThrees(g.shape(W), window)) return [withOneChannelMore(context)];
  return window && overlooksPads(g, X, window) ? [fromEarlier(context, window)] : undefined;
};

// ---- 3-D, in groups: there is no kernel for it

/** The sum over the kernel's depth of 2-D convolutions, with each layer of the input a picture of its own. */
function byDepth({ g, node, shape }: LoweringContext, window: Window): Value {
  const [X, W, B] = node.inputs;
  const [batch, out, depth, ...places] = shape;
  const [, channels, , ...size] = g.shape(X);
  const [, perGroup] = g.shape(W);
  const { kernel, strides, dilations, begin, end } = window;
  const inDepth = ([first]: readonly number[], otherwise: number) => [first, otherwise, otherwise];
  const along: Window = {
    kernel: inDepth(kernel, 1),
    strides: inDepth(strides, 1),
    dilations: inDepth(dilations, 1),
    begin: inDepth(begin, 0),
    end: inDepth(end, 0),
    ceil: false,
  };
  const attributes = {
    kernel_shape: kernel.slice(1),
    strides: strides.slice(1),
    dilations: dilations.slice(1),
    pads: [...begin.slice(1), ...end.slice(1)],
    group: intOf(node, 'group', 1),
  };
  const exchanged = (x: Value) => g.transpose(x, [0, 2, 1, 3, 4]);
  const layers = patches(g, X, along, [depth, ...size], 'zero').map(exchanged);
  // A size with a name is read off these.
  const count = g.shape(layers[0])[1];
  const sum = layers
    .map((layer, tap) => {
      const weights = g.reshape(g.slice(W, [tap], [tap + 1], [2]), [out, perGroup, ...kernel.slice(1)]);
      const pictures = g.op('Reshape', [layer, g.concat([g.int64s([-1]), g.shapeVector([channels, ...size])], 0)]);
      return g.op('Conv', [pictures, weights, tap === 0 ? B : undefined], attributes);
    })
    .reduce(g.add);
  return exchanged(g.reshape(sum, [batch, count, out, ...places]));
}

// ---- groups: from four outputs a group on, the kernel makes as many at once as the outputs of all groups are a multiple of

function hasUnevenGroups([out]: Shape, group: number): boolean {
  const perGroup = Number(out) / group;
  const atOnce = [4, 2, 1].find((count) => Number(out) % count === 0)!;
  return perGroup >= 4 && perGroup % atOnce !== 0;
}

/** With zeros for weights, so that each group has a multiple of four outputs; what they make is cut off. */
function inFours({ g, node, shape }: LoweringContext, group: number): Value {
  const [X, W, B] = node.inputs;
  const [batch, out, ...places] = shape;
  const perGroup = Number(out) / group;
  const whole = 4 * Math.ceil(perGroup / 4);
  const filled = (x: Value) => grown(g, x, 0, group, whole - perGroup);
  const more = g.op('Conv', [X, filled(W), B ? filled(B) : undefined], node.attributes);
  const groups = g.reshape(more, [batch, group, whole, ...places]);
  return g.reshape(g.slice(groups, [0], [perGroup], [2]), shape);
}

// ---- a multiple of three channels in, of four out: the kernel reads wrong elements, unless there are just three

const isInThrees = ([out, channels]: Shape, window: Window | undefined): boolean => {
  const count = Number(channels);
  return Number(out) % 4 === 0 && count % 3 === 0 && count % 4 !== 0 && count > 3 && !(window && isPointwise(window));
};

/** A product of matrices for every place. */
const isPointwise = ({ kernel, strides, begin, end }: Window): boolean =>
  [...kernel, ...strides].every((size) => size === 1) && [...begin, ...end].every((pad) => pad === 0);

function withOneChannelMore({ g, node }: LoweringContext): Value {
  const [X, W, B] = node.inputs;
  return g.op('Conv', [grown(g, X, 1, 1, 1), grown(g, W, 1, 1, 1), B], node.attributes);
}

// ---- pads after the picture only: where a plain product of matrices would do but for them, the kernel makes that

/** ONNX Runtime makes the pads of a Pad in front those of the Conv. */
function overlooksPads(g: GraphBuilder, X: Value, { kernel, strides, begin, end }: Window): boolean {
  const pad = g.nodes.find(({ op, outputs }) => op === 'Pad' && outputs[0] === X);
  const spatial = g.shape(pad ? pad.inputs[0] : X).slice(2);
  const given = pad && stringOf(pad, 'mode', 'constant') === 'constant' ? g.constantOf(pad.inputs[1]) : undefined;
  const more = given ? numbersOf(given) : [];
  const before = begin.map((size, axis) => size + (more[axis + 2] ?? 0));
  const after = end.map((size, axis) => size + (more[axis + 4 + begin.length] ?? 0));
  const pointwise = [...kernel, ...strides].every((size) => size === 1);
  const whole = spatial.every((size, axis) => size === kernel[axis] || typeof size === 'string');
  return before.every((size) => size === 0) && after.some((size) => size > 0) && (pointwise || whole);
}

/** With one more place in front, which is cut off again. */
function fromEarlier({ g, node }: LoweringContext, { strides, begin, end }: Window): Value {
  const { auto_pad: _auto, ...attributes } = node.attributes;
  const [first, ...others] = begin;
  const pads = attributesOf({ pads: [first + strides[0], ...others, ...end] });
  const more = g.op('Conv', node.inputs, { ...attributes, ...pads });
  return g.slice(more, [1], [2 ** 31 - 1], [2]);
}
