// The adjoint of `patches`: adds every window's values back to where they came from ("col2im").

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { reach, type Window } from '../../onnx/shapes/window.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Shape } from '../../onnx/types.ts';
import { tapsOf } from './patches.ts';

/**
 * One ConvTranspose per channel group with a fixed kernel. `x`: [batch, channels·per, …places], where `per` is 1 (every
 * tap gets the same value) or the number of taps (each its own); `to`: the shape [batch, channels, …spatial] it came from.
 */
export function addPatches(g: GraphBuilder, x: Value, window: Window, to: Shape, perTap: boolean): Value {
  const { kernel, strides, dilations, begin } = window;
  const channels = to[1] as number;
  const taps = tapsOf(kernel);
  const per = perTap ? taps.length : 1;
  // [channels·per, 1, …kernel]: ones, or for tap t a one at t.
  const one = taps
    .flatMap((_, tap) => taps.map((__, at) => (!perTap || tap === at ? 1 : 0)))
    .slice(0, per * taps.length);
  const weights = tensor(
    g.type(x).type,
    [channels * per, 1, ...kernel],
    Array.from({ length: channels }, () => one).flat(),
  );
  const places = g.shape(x).slice(2) as number[];
  const spatial = to.slice(2) as number[];
  // Rows beyond the last window are padded in; rows of a window beyond the input are cut off.
  const rest = spatial.map(
    (size, axis) => size + begin[axis] - ((places[axis] - 1) * strides[axis] + reach(window, axis)),
  );
  return g.op('ConvTranspose', [x, g.constant(weights)], {
    kernel_shape: kernel,
    strides,
    dilations,
    group: channels,
    pads: [...begin, ...rest.map((size) => Math.max(0, -size))],
    output_padding: rest.map((size) => Math.max(0, size)),
  });
}
