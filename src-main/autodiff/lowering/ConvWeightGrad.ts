import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic, product } from '../../onnx/dims.ts';
import { intOf } from '../../onnx/node.ts';
import { kernelOf } from '../../onnx/shapes/Conv.ts';
import { reach, type Window, windowOf } from '../../onnx/shapes/window.ts';
import { sizeOf } from '../../onnx/tensors.ts';
import type { Shape } from '../../onnx/types.ts';
import { blockedConvWeightGrad } from './blocked/ConvWeightGrad.ts';
import { skipped } from './blocked/skipped.ts';
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

// dW[o, c, k] = Σ over batch and places of dY[o]·X[c, shifted by k]: a product of matrices for each tap, each group,
// [out, batch·places]·[in, batch·places]ᵀ. What is fastest on the CPU, measured with one thread:
//   many channels   a product for each tap: the shifted inputs side by side ("im2col") for a single one take 1.4 times as long
//   few channels    side by side; on GPUs always, where every call counts
//   many places     a product for each picture, added up: nothing is transposed (1×1, 32 to 64 channels, 32×32: half the time)
//   few places      a convolution in the runtime's blocked layout, where that may be used (blocked/ConvWeightGrad.ts)
//   1×1, strides   of the places that are seen, which the forward pass looks up, too (blocked/skipped.ts)
//   depthwise       Σ dY·X for each tap, 1.4 times as fast as products of matrices with one row; with strides, twice as fast
//                   as that, X convolved with dY
export const ConvWeightGrad: Lowering = ({ g, node, shape, device, block }) => {
  const [dY, X] = node.inputs;
  const kernel = kernelOf(node, shape);
  const window = windowOf(node, g.shape(X).slice(2), kernel);
  const group = intOf(node, 'group', 1);
  const convolution: Convolution = { g, dY, X, window, shape: shape as readonly number[], group };
  const [out, perGroup] = convolution.shape;
  const onCpu = device === 'cpu';
  if (group > 1 && perGroup === 1 && out === group) {
    const strided = window.strides.some((stride) => stride > 1) && isStatic(g.shape(X).slice(2));
    return [onCpu && strided ? asConvolution(convolution) : depthwise(convolution)];
  }
  const seen = block === undefined ? undefined : skipped(g, block, X, shape, window, group);
  if (seen !== undefined) return [g.abstract('ConvWeightGrad', [dY, seen, node.inputs[2]], node.inputs[2])];
  const perTap = onCpu && perGroup * group >= FEW_CHANNELS;
  const blocked = block && onCpu && group === 1 ? blockedConvWeightGrad(g, block, convolution) : undefined;
  if (blocked) return [blocked];
  return [byProducts(convolution, perTap, onCpu && hasManyPlaces(g.shape(dY), convolution))];
};

const FEW_CHANNELS = 8;
/** What an unknown number of places along an axis is taken for. */
const USUAL_SIZE = 16;

/** Whether the products of all pictures are smaller than the pictures. */
function hasManyPlaces(dY: Shape, { shape, group }: Convolution): boolean {
  const places = dY.slice(2).map((size) => (typeof size === 'number' ? size : USUAL_SIZE));
  return sizeOf(shape) < sizeOf(places) * (shape[0] + shape[1] * group);
}

/** [batch, channels, …] → [channels, batch, …] */
const channelFirst = (g: GraphBuilder, x: Value): Value =>
  g.transpose(x, [1, 0, ...g.shape(x).flatMap((_, axis) => (axis < 2 ? [] : [axis]))]);

const shifted = ({ g, dY, window }: Convolution, x: Value): Value[] =>
  patches(g, x, window, g.shape(dY).slice(2), 'zero');

function byProducts(convolution: Convolution, perTap: boolean, perPicture: boolean): Value {
  const { g, dY, X, shape, group } = convolution;
  const [out, perGroup] = shape;
  const each = out / group;
  const laidOut = (x: Value) => (perPicture ? x : channelFirst(g, x));
  // [groups, rows, batch·places], or [batch, groups, rows, places]
  const matrices = (x: Value, rows: number) =>
    g.op('Reshape', [x, g.int64s([...(perPicture ? [0] : []), ...(group === 1 ? [] : [group]), rows, -1])]);
  const left = matrices(laidOut(dY), each);
  const times = (right: Value): Value => {
    if (group === 1 && !perPicture) return g.op('Gemm', [left, right], { transB: 1 });
    const lead = g
      .shape(right)
      .slice(0, -2)
      .map((_, axis) => axis);
    const products = g.matmul(left, g.transpose(right, [...lead, lead.length + 1, lead.length]));
    return perPicture ? g.reduceSum(products, [0], false) : products;
  };
  const taps = shifted(convolution, laidOut(X));
  const blocks = taps.map((x) => matrices(x, perGroup));
  const rows = group === 1 ? 0 : 1;
  const dW =
    taps.length === 1
      ? times(blocks[0])
      : perTap
        ? g.concat(blocks.map(times), rows + 1)
        : times(g.concat(blocks, perPicture ? rows + 1 : rows));
  return g.reshape(g.transpose(g.reshape(dW, [group, each, taps.length, perGroup]), [0, 1, 3, 2]), shape);
}

function depthwise(convolution: Convolution): Value {
  const { g, dY, X, shape } = convolution;
  const axes = g.shape(X).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const taps = shifted(convolution, X).map((x) => g.reduceSum(g.mul(dY, x), axes));
  if (taps.length === 1) return g.reshape(taps[0], shape);
  return g.reshape(g.transpose(g.reshape(g.concat(taps, 0), [taps.length, shape[0]]), [1, 0]), shape);
}

function asConvolution({ g, dY, X, shape, window, group }: Convolution): Value {
  const { kernel, strides, dilations, begin } = window;
  const [batch, , ...spatial] = g.shape(X);
  const places = g.shape(dY).slice(2) as readonly number[];
  // Rows at the end that no window reached would make taps that there are not.
  const rest = kernel.map((_, axis) => {
    const covered = (places[axis] - 1) * strides[axis] + reach(window, axis);
    return covered - (spatial[axis] as number) - begin[axis];
  });
  const cut = rest.flatMap((rows, axis) => (rows < 0 ? [axis] : []));
  const zeros = cut.map(() => 0);
  const ends = cut.map((axis) => rest[axis]);
  const axes = cut.map((axis) => axis + 2);
  const covered = cut.length === 0 ? X : g.slice(X, zeros, ends, axes);
  // The batch of each channel is one channel of the group that makes its kernel; strides and dilations change places.
  const picture = g.reshape(channelFirst(g, covered), [1, product([batch, group]), ...g.shape(covered).slice(2)]);
  const dW = g.op('Conv', [picture, channelFirst(g, dY)], {
    kernel_shape: places,
    strides: dilations,
    dilations: strides,
    pads: [...begin, ...rest.map((rows) => Math.max(0, rows))],
    group,
  });
  return g.reshape(dW, shape);
}
