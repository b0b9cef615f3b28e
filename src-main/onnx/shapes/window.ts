// The geometry that Conv, the pools and their gradients share: kernel, strides, dilations and pads per spatial axis.

import { derived, floorDiv, sum } from '../dims.ts';
import { intOf, intsOf, nodeError, stringOf } from '../node.ts';
import type { Dim, Node, Shape } from '../types.ts';

export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Per spatial axis. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly ceil: boolean;
}

function perAxis(node: Node, name: string, rank: number, otherwise: number): readonly number[] {
  const values = intsOf(node, name) ?? new Array<number>(rank).fill(otherwise);
  if (values.length !== rank) {
    throw nodeError('invalid_model', node, `${name} has ${values.length} entries for ${rank} spatial axes`);
  }
  return values;
}

/** How far a kernel reaches: 3 taps with dilation 2 span 5. */
export const reach = ({ kernel, dilations }: Window, axis: number): number => (kernel[axis] - 1) * dilations[axis] + 1;

/** `spatial`: the sizes the window moves over; needed (static) only for auto_pad SAME. */
export function windowOf(node: Node, spatial: Shape, kernelShape?: readonly number[]): Window {
  const rank = spatial.length;
  const kernel = kernelShape ?? perAxis(node, 'kernel_shape', rank, 0);
  const strides = perAxis(node, 'strides', rank, 1);
  const dilations = perAxis(node, 'dilations', rank, 1);
  if ([...kernel, ...strides, ...dilations].some((value) => value < 1)) {
    throw nodeError('invalid_model', node, 'kernel, strides and dilations start at 1');
  }
  const ceil = intOf(node, 'ceil_mode', 0) === 1;
  const window = { kernel, strides, dilations, ceil };
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET') {
    const pads = perAxisPads(node, rank);
    return { ...window, begin: pads.slice(0, rank), end: pads.slice(rank) };
  }
  if (auto === 'VALID') return { ...window, begin: strides.map(() => 0), end: strides.map(() => 0) };
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER')
    throw nodeError('unsupported_attribute', node, `auto_pad="${auto}"`);
  const pads = spatial.map((size, axis) => {
    if (typeof size !== 'number') {
      throw nodeError('unsupported_shape', node, `auto_pad="${auto}" over the unknown size "${size}"`);
    }
    const steps = Math.ceil(size / strides[axis]);
    const span = (kernel[axis] - 1) * dilations[axis] + 1;
    return Math.max(0, (steps - 1) * strides[axis] + span - size);
  });
  const less = pads.map((pad) => Math.floor(pad / 2));
  const more = pads.map((pad, axis) => pad - less[axis]);
  return auto === 'SAME_UPPER' ? { ...window, begin: less, end: more } : { ...window, begin: more, end: less };
}

function perAxisPads(node: Node, rank: number): readonly number[] {
  const pads = intsOf(node, 'pads') ?? new Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank) {
    throw nodeError('invalid_model', node, `pads has ${pads.length} entries for ${rank} spatial axes`);
  }
  if (pads.some((pad) => pad < 0)) throw nodeError('unsupported_attribute', node, `pads=[${pads.join(',')}]`);
  return pads;
}

/** How many places a window takes along each axis. */
export function windowCount(node: Node, window: Window, spatial: Shape): Dim[] {
  const { strides, begin, end, ceil } = window;
  return spatial.map((size, axis) => {
    const pad = begin[axis] + end[axis];
    const span = reach(window, axis);
    const stride = strides[axis];
    const room = sum([size, pad - span]);
    if (!ceil && typeof size === 'string') return sum([floorDiv(room, stride), 1]);
    const count = derived(size, `+${pad - span}/${stride}${ceil ? '^' : ''}+1`, (known) => {
      const places = (known + pad - span) / stride + 1;
      if (!ceil) return Math.floor(places);
      // A last window that would start in the padding after the input is dropped (as PyTorch does, and ONNX since opset 19).
      const rounded = Math.ceil(places);
      return (rounded - 1) * stride >= known + begin[axis] ? rounded - 1 : rounded;
    });
    if (typeof count === 'number' && count < 1) {
      throw nodeError('shape_mismatch', node, `a window of ${span} does not fit into ${size} with padding ${pad}`);
    }
    return count;
  });
}
