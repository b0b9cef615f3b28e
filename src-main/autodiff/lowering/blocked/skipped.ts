import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { ceilDiv } from '../../../onnx/dims.ts';
import type { Window } from '../../../onnx/shapes/window.ts';
import type { Shape } from '../../../onnx/types.ts';
import { intoBlocks, NCHWC, outOfBlocks } from './blocks.ts';

/**
 * What a convolution of 1×1 with strides sees of X: the places that it does not skip. Forward and backward pass use the same. In blocks
 * channels are copied together, by a pool whose window is one place; a Slice that skips takes four times as long. undefined: not
 * such a convolution, or not in blocks.
 */
export function skipped(
  g: GraphBuilder,
  block: number,
  X: Value,
  [out, channels]: Shape,
  { kernel, strides, begin, end }: Window,
  group: number,
): Value | undefined {
  const [batch, , ...spatial] = g.shape(X);
  if (kernel.length !== 2 || kernel.some((size) => size > 1) || strides.every((stride) => stride === 1)) return;
  if (group > 1 || [...begin, ...end].some((pad) => pad > 0) || g.type(X).type !== 'float') return;
  if (Number(out) % block !== 0 || Number(channels) % block !== 0) return;
  const places = spatial.map((size, axis) => ceilDiv(size, strides[axis]));
  const types = [{ type: 'float', shape: [batch, channels, ...places] }] as const;
  const attributes = { kernel_shape: [1, 1], strides };
  const [seen] = g.node('AveragePool', [intoBlocks(g, X)], attributes, { domain: NCHWC, types });
  return outOfBlocks(g, seen, channels as number);
}
