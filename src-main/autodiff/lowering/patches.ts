// What each tap of a sliding window sees: the input, shifted.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Window } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';

/** The taps of a kernel, last axis fastest: [[0,0], [0,1], …]. */
export const tapsOf = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );

/** Pads the spatial axes (from 2 on) as the window does; `after` adds to the end, for windows that round up. */
export function padded(
  g: GraphBuilder,
  x: Value,
  window: Window,
  fill: 'zero' | 'lowest',
  after?: readonly number[],
): Value {
  const { begin, end } = window;
  const pads = [0, 0, ...begin, 0, 0, ...end.map((pad, axis) => pad + (after?.[axis] ?? 0))];
  if (pads.every((pad) => pad === 0)) return x;
  // The lowest finite number, not −∞: Pad's kernels and comparisons treat it like any other.
  return g.op('Pad', [x, g.int64s(pads), fill === 'lowest' ? g.scalar(-3.4028234663852886e38, x) : undefined]);
}

/**
 * Per tap, the input at every place of the window: shapes [·, ·, …places]. `places`: how many windows per axis; an
 * unknown size is allowed where the stride is 1.
 */
export function patches(
  g: GraphBuilder,
  x: Value,
  window: Window,
  places: Shape,
  fill: 'zero' | 'lowest',
  after?: readonly number[],
): Value[] {
  const { kernel, strides, dilations } = window;
  const whole = padded(g, x, window, fill, after);
  const axes = kernel.map((_, axis) => axis + 2);
  return tapsOf(kernel).map((tap) => {
    const starts = tap.map((at, axis) => at * dilations[axis]);
    // Counted from the end where the size is unknown; INT32_MAX means "to the end".
    const ends = starts.map((start, axis) => {
      const count = places[axis];
      if (typeof count === 'number') return start + (count - 1) * strides[axis] + 1;
      const left = (kernel[axis] - 1) * dilations[axis] - start;
      return left === 0 ? 2 ** 31 - 1 : -left;
    });
    const all = g
      .shape(whole)
      .slice(2)
      .every((size, axis) => starts[axis] === 0 && ends[axis] === size);
    if (all && strides.every((stride) => stride === 1)) return whole;
    return g.slice(whole, starts, ends, axes, strides);
  });
}
