// The geometry that Conv, the pools and their gradients share: kernel, strides, dilations and pads per spatial axis.

import { ceilDiv, derived, floorDiv, sum } from '../dims.ts';
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
export const reach = ({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>, axis: number): number =>
  (kernel[axis] - 1) * dilations[axis] + 1;

/** The window of a node over `spatial`. An unknown size matters only to auto_pad SAME with a stride: its pads depend on it. */
export function windowOf(node: Node, spatial: Shape, kernelShape?: readonly number[]): Window {
  const window = unpadded(node, spatial.length, kernelShape);
  const { strides } = window;
  const auto = autoPadOf(node);
  if (auto === 'NOTSET') {
    const pads = perAxisPads(node, spatial.length);
    return { ...window, begin: pads.slice(0, spatial.length), end: pads.slice(spatial.length) };
  }
  if (auto === 'VALID') return { ...window, begin: strides.map(() => 0), end: strides.map(() => 0) };
  const pads = spatial.map((size, axis) => {
    const [stride, span] = [strides[axis], reach(window, axis)];
    if (stride === 1) return span - 1;
    if (typeof size !== 'number') {
      throw nodeError('unsupported_shape', node, `auto_pad="${auto}" with a stride over the unknown size "${size}"`);
    }
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + span - size);
  });
  return { ...window, ...shared(pads, auto) };
}

/** Pads per axis shared out between its two ends: SAME_UPPER gives an odd one to the end. */
export function shared(
  pads: readonly number[],
  auto: AutoPad,
): { readonly begin: readonly number[]; readonly end: readonly number[] } {
  const less = pads.map((pad) => Math.floor(pad / 2));
  const more = pads.map((pad, axis) => pad - less[axis]);
  return auto === 'SAME_UPPER' ? { begin: less, end: more } : { begin: more, end: less };
}

/** Kernel, strides and dilations. */
export function unpadded(node: Node, rank: number, kernelShape?: readonly number[]): Omit<Window, 'begin' | 'end'> {
  const kernel = kernelShape ?? perAxis(node, 'kernel_shape', rank, 0);
  const strides = perAxis(node, 'strides', rank, 1);
  const dilations = perAxis(node, 'dilations', rank, 1);
  if ([...kernel, ...strides, ...dilations].some((value) => value < 1)) {
    throw nodeError('invalid_model', node, 'kernel, strides and dilations start at 1');
  }
  return { kernel, strides, dilations, ceil: intOf(node, 'ceil_mode', 0) === 1 };
}

export type AutoPad = 'NOTSET' | 'VALID' | 'SAME_UPPER' | 'SAME_LOWER';

export function autoPadOf(node: Node): AutoPad {
  const auto = stringOf(node, 'auto_pad', 'NOTSET');
  if (auto === 'NOTSET' || auto === 'VALID' || auto === 'SAME_UPPER' || auto === 'SAME_LOWER') return auto;
  throw nodeError('unsupported_attribute', node, `auto_pad="${auto}"`);
}

function perAxisPads(node: Node, rank: number): readonly number[] {
  const pads = intsOf(node, 'pads') ?? new Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank) {
    throw nodeError('invalid_model', node, `pads has ${pads.length} entries for ${rank} spatial axes`);
  }
  if (pads.some((pad) => pad < 0)) throw nodeError('unsupported_attribute', node, `pads=[${pads.join(',')}]`);
  return pads;
}

/** How many places the node's window takes along each axis. */
export function windowCount(node: Node, spatial: Shape, kernelShape?: readonly number[]): Dim[] {
  const auto = autoPadOf(node);
  const { strides } = unpadded(node, spatial.length, kernelShape);
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') return spatial.map((size, axis) => ceilDiv(size, strides[axis]));
  const window = windowOf(node, spatial, kernelShape);
  const { begin, end, ceil } = window;
  return spatial.map((size, axis) => {
    const pad = begin[axis] + end[axis];
    const [span, stride] = [reach(window, axis), strides[axis]];
    const room = sum([size, pad - span]);
    const places = sum([ceil ? ceilDiv(room, stride) : floorDiv(room, stride), 1]);
    if (typeof size === 'string') return mayDrop(window, axis) ? derived(places, 'without padding', Number) : places;
    if (Number(places) < 1) {
      throw nodeError('shape_mismatch', node, `a window of ${span} does not fit into ${size} with padding ${pad}`);
    }
    const last = (Number(places) - 1) * stride;
    return ceil && last >= size + begin[axis] ? Number(places) - 1 : places;
  });
}

/**
 * Whether a last window rounded up may start in the padding after the input: it is dropped then (as PyTorch does, and
 * ONNX since opset 19).
 */
export const mayDrop = (window: Window, axis: number): boolean =>
  window.ceil && window.strides[axis] + window.end[axis] > reach(window, axis);
