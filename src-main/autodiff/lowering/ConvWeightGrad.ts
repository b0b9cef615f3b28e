import { intOf, nodeError } from '../../onnx/node.ts';
import { kernelOf } from '../../onnx/shapes/Conv.ts';
import { windowOf } from '../../onnx/shapes/window.ts';
import { patches } from './patches.ts';
import type { Lowering } from './lowering.ts';

// dW[o, c, k] = Σ over batch and places of dY[o]·X[c, shifted by k]: with X laid out as one row per (k, c) ("im2col")
// it is a single product of matrices, [out, places]·[k·in, places]ᵀ.
export const ConvWeightGrad: Lowering = ({ g, node, shape }) => {
  const [dY, X] = node.inputs;
  const group = intOf(node, 'group', 1);
  const [out, perGroup] = shape as readonly number[];
  const kernel = kernelOf(node, shape);
  const window = windowOf(node, g.shape(X).slice(2), kernel);
  const taps = kernel.reduce((product, size) => product * size, 1);
  const channels = g.shape(X)[1];
  if (typeof channels !== 'number') throw nodeError('unsupported_shape', node, `"${channels}" channels`);

  const channelFirst = (x: string) => g.transpose(x, [1, 0, ...kernel.map((_, axis) => axis + 2)]);
  const shifted = patches(g, channelFirst(X), window, g.shape(dY).slice(2), 'zero');
  const spatial = kernel.map((_, axis) => axis);

  if (group === 1) {
    const rows = g.op('Reshape', [g.concat(shifted, 0), g.int64s([taps * channels, -1])]);
    const dYs = g.op('Reshape', [channelFirst(dY), g.int64s([out, -1])]);
    const dW = g.op('Gemm', [dYs, rows], { transB: 1 });
    if (taps === 1) return [g.reshape(dW, shape)];
    return [
      g.transpose(g.reshape(dW, [out, ...kernel, channels]), [
        0,
        kernel.length + 1,
        ...spatial.map((axis) => axis + 1),
      ]),
    ];
  }
  const perTap = shifted.map((x) => g.op('Reshape', [x, g.int64s([group, perGroup, -1])]));
  const rows = g.concat(perTap, 1);
  const dYs = g.op('Reshape', [channelFirst(dY), g.int64s([group, out / group, -1])]);
  const dW = g.matmul(dYs, g.transpose(rows, [0, 2, 1]));
  const split = g.reshape(dW, [group, out / group, ...kernel, perGroup]);
  const last = kernel.length + 2;
  return [g.reshape(g.transpose(split, [0, 1, last, ...spatial.map((axis) => axis + 2)]), shape)];
};
