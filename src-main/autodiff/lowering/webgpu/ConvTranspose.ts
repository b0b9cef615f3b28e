import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { product } from '../../../onnx/dims.ts';
import { intOf } from '../../../onnx/node.ts';
import { type TransposedWindow, transposedWindow } from '../../../onnx/shapes/ConvTranspose.ts';
import { reach } from '../../../onnx/shapes/window.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { turned } from '../turned.ts';
import { grown } from './grown.ts';

// What WebGPU's kernel has not (3-D) or does wrongly (groups of one output and an even number of inputs).
export const ConvTranspose: Lowering = (context) => {
  const { g, node } = context;
  const [X, W] = node.inputs;
  const spatial = g.shape(X).slice(2);
  if (spatial.length > 2) return [byConvolution(context, transposedWindow(node, spatial, g.shape(W)))];
  const group = intOf(node, 'group', 1);
  const [inputs, outputs] = g.shape(W) as readonly number[];
  return group > 1 && outputs === 1 && (inputs / group) % 2 === 0 ? [withOddGroups(context, group)] : undefined;
};

/** The convolution of X, zeros between its elements, with the weights turned around. */
function byConvolution({ g, node }: LoweringContext, window: TransposedWindow): Value {
  const { kernel, strides, dilations, begin, end, extra } = window;
  const [X, W, B] = node.inputs;
  const group = intOf(node, 'group', 1);
  const before = begin.map((pad, axis) => reach(window, axis) - 1 - pad);
  // What was put in behind the last element is there already.
  const after = end.map((pad, axis) => reach(window, axis) - strides[axis] - pad + extra[axis]);
  const around = g.op('Pad', [apart(g, X, strides), g.int64s([0, 0, ...before, 0, 0, ...after])]);
  return g.op('Conv', [around, turned(g, W, group), B], { kernel_shape: kernel, dilations, group });
}

/** Each element followed by zeros, as many as the stride has more than 1. */
function apart(g: GraphBuilder, X: Value, strides: readonly number[]): Value {
  if (strides.every((stride) => stride === 1)) return X;
  const [batch, channels, ...spatial] = g.shape(X);
  const single = g.unsqueeze(
    X,
    spatial.map((_, axis) => 3 + 2 * axis),
  );
  const zeros = [0, 0, ...strides.flatMap((stride) => [0, stride - 1])];
  const filled = g.op('Pad', [single, g.int64s([...zeros.map(() => 0), ...zeros])]);
  return g.reshape(filled, [batch, channels, ...spatial.map((size, axis) => product([size, strides[axis]]))]);
}

/** One input more in each group, all zeros. */
function withOddGroups({ g, node }: LoweringContext, group: number): Value {
  const [X, W, B] = node.inputs;
  return g.op('ConvTranspose', [grown(g, X, 1, group, 1), grown(g, W, 0, group, 1), B], node.attributes);
}
