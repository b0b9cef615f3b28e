// The adjoint of `patches`: adds every window's values back to where they came from ("col2im").

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { nodeError } from '../../onnx/node.ts';
import { reach, type Window } from '../../onnx/shapes/window.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Dim, Node, Shape } from '../../onnx/types.ts';
import { cropTo } from './crop.ts';
import { tapsOf } from './patches.ts';

/** How a ConvTranspose over windows fills the axis they were taken from, and whether it must be cut to size afterwards. */
interface Fill {
  /** Pads at the end. */
  readonly cut: number;
  /** output_padding. */
  readonly grow: number;
  readonly crop: boolean;
}

/** `places`: how many windows there are along an axis of that size. */
export function fillOf(window: Window, axis: number, size: Dim, places: Dim): Fill {
  const [begin, end, stride] = [window.begin[axis], window.end[axis], window.strides[axis]];
  if (typeof size === 'number' && typeof places === 'number') {
    // Rows beyond the last window are padded in; rows of a window beyond the input are cut off.
    const rest = size + begin - ((places - 1) * stride + reach(window, axis));
    return { cut: Math.max(0, -rest), grow: Math.max(0, rest), crop: false };
  }
  // Up to stride − 1 rows at the end were in no window, or, with rounding up, were added to the input.
  const exact = stride === 1 && !window.ceil;
  return { cut: Math.max(0, end - (stride - 1)), grow: Math.max(0, stride - 1 - end), crop: !exact };
}

export interface Patches {
  readonly window: Window;
  /** The shape [batch, channels, …spatial] that the windows were taken from. */
  readonly to: Shape;
  /** Whether there is a value for every tap, tap by tap in each channel, instead of one for all of them. */
  readonly perTap?: boolean;
  readonly factor?: number;
}

/** One ConvTranspose with a fixed kernel, a group per channel. `x`: [batch, channels (· taps), …places]. */
export function addPatches(g: GraphBuilder, node: Node, x: Value, patches: Patches): Value {
  const { window, to, perTap = false, factor = 1 } = patches;
  const { kernel, strides, dilations, begin } = window;
  const [, channels, ...spatial] = to;
  if (typeof channels !== 'number') throw nodeError('unsupported_shape', node, `"${channels}" channels`);
  const taps = tapsOf(kernel);
  const per = perTap ? taps.length : 1;
  // [channels·per, 1, …kernel]: the factor everywhere, or for tap t only at t.
  const one = Array.from({ length: per }, (_, tap) => taps.map((__, at) => (!perTap || tap === at ? factor : 0)));
  const weights = tensor(
    g.type(x).type,
    [channels * per, 1, ...kernel],
    Array.from({ length: channels }, () => one).flat(2),
  );
  const places = g.shape(x).slice(2);
  const fills = spatial.map((size, axis) => fillOf(window, axis, size, places[axis]));
  const added = g.op('ConvTranspose', [x, g.constant(weights)], {
    kernel_shape: kernel,
    strides,
    dilations,
    group: channels,
    pads: [...begin, ...fills.map(({ cut }) => cut)],
    output_padding: fills.map(({ grow }) => grow),
  });
  return fills.some(({ crop }) => crop) ? cropTo(g, added, spatial) : added;
}
