import { attributesOf } from '../../onnx/attributes.ts';
import { product } from '../../onnx/dims.ts';
import { intOf } from '../../onnx/node.ts';
import { kernelOf } from '../../onnx/shapes/Conv.ts';
import { reach, windowOf } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';
import { fillOf } from './add-patches.ts';
import { blockedConv, blockedOf, turnedBlockedWeights } from './blocked/blocks.ts';
import { inputGradByPhases } from './blocked/phases.ts';
import { cropTo } from './crop.ts';
import type { Lowering } from './lowering.ts';
import { turned } from './turned.ts';
import { typicalDim } from '../typical-size.ts';

/** A batch of a size that only the run knows is taken to be this large, for choices of speed. */
const USUAL_BATCH = 32;

/**
 * Whether ConvTranspose is the faster spelling on the CPU. It spreads out `channels` rows for each tap where Conv gathers `out`;
 * and where pictures are small, turning the kernel around costs more than the product with it. Measured, one thread: 28×28, 1 of
 * 16 channels 3.2 times as fast, 2×2, 512 of 512 1.7 times; 16×16, 64 of 64 at a batch of 32 0.85 times.
 */
function transposedIsFaster(dY: Shape, [out, channels]: Shape): boolean {
  const places = product([dY[0], ...dY.slice(2)].map((dim, axis) => typicalDim(dim, axis === 0 ? USUAL_BATCH : 16)));
  return Number(channels) < Number(out) || Number(places) < 1500;
}

// dX = dY ∗ᵀ W, ONNX's ConvTranspose. With stride 1 that is also a plain Conv of dY with the turned kernel and the complementary
// padding.
export const ConvInputGrad: Lowering = ({ g, node, shape, device, block }) => {
  const [dY, W] = node.inputs;
  const spatial = shape.slice(2);
  const window = windowOf(node, spatial, kernelOf(node, g.shape(W)));
  const { kernel, strides, dilations, begin, end } = window;
  const group = intOf(node, 'group', 1);

  const full = kernel.map((_, axis) => reach(window, axis) - 1);
  const pads = [...full.map((size, axis) => size - begin[axis]), ...full.map((size, axis) => size - end[axis])];
  const asConv = strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0);
  const attributes = { kernel_shape: kernel, dilations, pads, group };
  const [out, perGroup] = g.shape(W);
  const exchanged = [Number(perGroup) * group, Number(out) / group, ...kernel];
  const blocked = asConv ? blockedOf(block, group, exchanged, shape) : undefined;
  if (blocked && blocked.channels >= blocked.block && g.type(dY).type === 'float') {
    const weights = turnedBlockedWeights(g, W, blocked);
    return [blockedConv(g, blocked, [dY, weights], attributesOf(attributes), shape)];
  }
  const byPhases = block && group === 1 ? inputGradByPhases(g, block, [dY, W], window, shape) : undefined;
  if (byPhases) return [byPhases];
  const transposed = device === 'cpu' && group === 1 && transposedIsFaster(g.shape(dY), g.shape(W));
  if (!transposed && asConv) return [g.op('Conv', [dY, turned(g, W, group)], attributes)];
  const places = g.shape(dY).slice(2);
  const fills = spatial.map((size, axis) => fillOf(window, axis, size, places[axis]));
  const dX = g.op('ConvTranspose', [dY, W], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...begin, ...fills.map(({ cut }) => cut)],
    group,
    output_padding: fills.map(({ grow }) => grow),
  });
  return [fills.some(({ crop }) => crop) ? cropTo(g, dX, spatial) : dX];
};
