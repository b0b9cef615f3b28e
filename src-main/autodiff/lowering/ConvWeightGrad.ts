import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic, product } from '../../onnx/dims.ts';
import { intOf } from '../../onnx/node.ts';
import { kernelOf } from '../../onnx/shapes/Conv.ts';
import { reach, type Window, windowOf } from '../../onnx/shapes/window.ts';
import { patches } from './patches.ts';
import type { Lowering } from './lowering.ts';

interface Convolution {
  readonly g: GraphBuilder;
  readonly dY: Value;
  readonly X: Value;
  readonly window: Window;
  /** Of the weights: [out, in/groups, …kernel]. */
  readonly shape: readonly number[];
  readonly group: number;
}

// dW[o, c, k] = Σ over batch and places of dY[o]·X[c, shifted by k]. Fastest of those tried, one thread, 1.4-2 times
// against one Gemm for everything:
//   dense       a Gemm for each tap, [out, places]·[in, places]ᵀ; for few channels, and on GPUs, where every call counts,
//               the shifted inputs side by side ("im2col") and a single Gemm
//   groups      the same side by side, one product a group
//   depthwise   a product and a sum for each tap; with strides on the CPU the convolution of X, its batch as channels, with
//               dY as a kernel as large as the picture, its strides and dilations exchanged
export const ConvWeightGrad: Lowering = ({ g, node, shape, device }) => {
  const [dY, X] = node.inputs;
  const kernel = kernelOf(node, shape);
  const window = windowOf(node, g.shape(X).slice(2), kernel);
  const group = intOf(node, 'group', 1);
  const convolution: Convolution = { g, dY, X, window, shape: shape as readonly number[], group };
  const [out, perGroup] = convolution.shape;
  if (group === 1) return [device === 'cpu' && perGroup >= FEW_CHANNELS ? tapByTap(convolution) : atOnce(convolution)];
  if (perGroup > 1 || out > group) return [byGroups(convolution)];
  const strided = window.strides.some((stride) => stride > 1) && isStatic(g.shape(X).slice(2));
  return [device === 'cpu' && strided ? asConvolution(convolution) : depthwise(convolution)];
};

const FEW_CHANNELS = 8;

/** [batch, channels, …] → [channels, batch, …] */
const channelFirst = (g: GraphBuilder, x: Value): Value =>
  g.transpose(x, [1, 0, ...g.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [axis]))]);

const shifted = ({ g, dY, window }: Convolution, x: Value): Value[] =>
  patches(g, x, window, g.shape(dY).slice(2), 'zero');

const matrix = (g: GraphBuilder, x: Value, rows: number): Value => g.op('Reshape', [x, g.int64s([rows, -1])]);

function tapByTap(convolution: Convolution): Value {
  const { g, dY, X, shape, window } = convolution;
  const [out, channels] = shape;
  const dYs = matrix(g, channelFirst(g, dY), out);
  const taps = shifted(convolution, channelFirst(g, X)).map((x) =>
    g.op('Gemm', [dYs, matrix(g, x, channels)], { transB: 1 }),
  );
  if (taps.length === 1) return g.reshape(taps[0], shape);
  const axes = window.kernel.map((_, axis) => axis + 1);
  return g.transpose(g.reshape(g.concat(taps, 1), [out, ...window.kernel, channels]), [0, axes.length + 1, ...axes]);
}

function atOnce(convolution: Convolution): Value {
  const { g, dY, X, shape, window } = convolution;
  const [out, channels] = shape;
  const taps = shifted(convolution, channelFirst(g, X));
  const rows = matrix(g, taps.length === 1 ? taps[0] : g.concat(taps, 0), taps.length * channels);
  const dW = g.op('Gemm', [rows, matrix(g, channelFirst(g, dY), out)], { transB: 1 });
  const axes = window.kernel.map((_, axis) => axis);
  return g.transpose(g.reshape(dW, [...window.kernel, channels, out]), [axes.length + 1, axes.length, ...axes]);
}

function byGroups(convolution: Convolution): Value {
  const { g, dY, X, shape, window, group } = convolution;
  const [out, perGroup] = shape;
  const stack = (x: Value, rows: number) => g.op('Reshape', [x, g.int64s([group, rows, -1])]);
  const taps = shifted(convolution, channelFirst(g, X)).map((x) => stack(x, perGroup));
  const rows = taps.length === 1 ? taps[0] : g.concat(taps, 1);
  const dW = g.matmul(stack(channelFirst(g, dY), out / group), g.transpose(rows, [0, 2, 1]));
  const split = g.reshape(dW, [group, out / group, ...window.kernel, perGroup]);
  const axes = window.kernel.map((_, axis) => axis + 2);
  return g.reshape(g.transpose(split, [0, 1, axes.length + 2, ...axes]), shape);
}

function depthwise(convolution: Convolution): Value {
  const { g, dY, X, shape } = convolution;
  const axes = g.shape(X).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const taps = shifted(convolution, X).map((x) => g.reduceSum(g.mul(dY, x), axes));
  return g.reshape(taps.length === 1 ? taps[0] : g.transpose(matrix(g, g.concat(taps, 0), taps.length), [1, 0]), shape);
}

function asConvolution({ g, dY, X, shape, window, group }: Convolution): Value {
  const { kernel, strides, dilations, begin, end } = window;
  const [batch, , ...spatial] = g.shape(X);
  const places = g.shape(dY).slice(2) as readonly number[];
  // The batch of each channel is one channel of the group that makes its kernel.
  const picture = g.reshape(channelFirst(g, X), [1, product([batch, group]), ...spatial]);
  const dW = g.op('Conv', [picture, channelFirst(g, dY)], {
    kernel_shape: places,
    strides: dilations,
    dilations: strides,
    pads: [...begin, ...end],
    group,
  });
  // Rows that no window reached make taps that there are not.
  const unreached = kernel.map((_, axis) => {
    const covered = (places[axis] - 1) * strides[axis] + reach(window, axis);
    return (spatial[axis] as number) + begin[axis] + end[axis] - covered;
  });
  const extraTaps = unreached.some((rows, axis) => rows >= dilations[axis]);
  const axes = kernel.map((_, axis) => axis + 2);
  const starts = axes.map(() => 0);
  return g.reshape(extraTaps ? g.slice(dW, starts, kernel, axes) : dW, shape);
}
