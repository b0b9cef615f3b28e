// What each tap of a sliding window sees: the input, shifted.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import type { Window } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';

/** The taps of a kernel, last axis fastest: [[0,0], [0,1], …]. */
export const tapsOf = (kernel: readonly number[]): number[][] =>
  kernel.reduce<number[][]>(
    (taps, size) => taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );

/** Pads the spatial axes (from 2 on) as the window does; `after` adds to the end, for windows that round up. */
function padded(
  g: GraphBuilder,
  x: Value,
  { begin, end }: Window,
  fill: 'zero' | 'lowest',
  after?: readonly number[],
): Value {
  const pads = [0, 0, ...begin, 0, 0, ...end.map((pad, axis) => pad + (after?.[axis] ?? 0))];
  if (pads.every((pad) => pad === 0)) return x;
  // The lowest finite number, not −∞: Pad's kernels and comparisons treat it like any other.
  return g.op('Pad', [x, g.int64s(pads), fill === 'lowest' ? g.scalar(-3.4028234663852886e38, x) : undefined]);
}

/** Per tap, the input at every place of the window: shapes [·, ·, …places]. `places`: how many windows per axis. */
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
  const shifts = tapsOf(kernel).map((tap) => tap.map((at, axis) => at * dilations[axis]));
  if (isStatic(places) && strides.some((stride) => stride > 1)) return byPhase(g, whole, shifts, strides, places);
  const axes = kernel.map((_, axis) => axis + 2);
  return shifts.map((starts) => {
    // Counted from the end where the size is unknown; INT32_MAX means "to the end".
    const ends = starts.map((start, axis) => {
      const count = places[axis];
      if (typeof count === 'number') return start + (count - 1) * strides[axis] + 1;
      const left = (kernel[axis] - 1) * dilations[axis] - start;
      return left === 0 ? 2 ** 31 - 1 : -left;
    });
    return isWhole(g, whole, starts, ends) && strides.every((stride) => stride === 1)
      ? whole
      : g.slice(whole, starts, ends, axes, strides);
  });
}

const isWhole = (g: GraphBuilder, x: Value, starts: readonly number[], ends: readonly number[]): boolean => {
  const spatial = g.shape(x).slice(2);
  return spatial.every((size, axis) => starts[axis] === 0 && ends[axis] === size);
};

/**
 * A Slice that skips is slow, so it is made once for all taps that skip alike ("phase"): with stride 2 there are four of
 * them for the nine taps of 3×3. A 7×7 convolution's weight gradient takes 15 ms this way instead of 25.
 */
function byPhase(
  g: GraphBuilder,
  x: Value,
  shifts: readonly (readonly number[])[],
  strides: readonly number[],
  places: readonly number[],
): Value[] {
  const axes = strides.map((_, axis) => axis + 2);
  const phaseOf = (shift: readonly number[]) => shift.map((at, axis) => at % strides[axis]);
  const slices = new Map<string, Value>();
  return shifts.map((shift) => {
    const phase = phaseOf(shift);
    const alike = shifts.filter((other) => phaseOf(other).join() === phase.join());
    // In steps of the stride: where the phase's first tap starts, and where its last one ends.
    const steps = (each: readonly number[], axis: number) => (each[axis] - phase[axis]) / strides[axis];
    const first = strides.map((_, axis) => Math.min(...alike.map((each) => steps(each, axis))));
    const last = strides.map((_, axis) => Math.max(...alike.map((each) => steps(each, axis))) + places[axis] - 1);
    let slice = slices.get(phase.join());
    if (!slice) {
      const starts = first.map((step, axis) => phase[axis] + step * strides[axis]);
      const ends = last.map((step, axis) => phase[axis] + step * strides[axis] + 1);
      slices.set(phase.join(), (slice = g.slice(x, starts, ends, axes, strides)));
    }
    const starts = first.map((from, axis) => steps(shift, axis) - from);
    const ends = starts.map((start, axis) => start + places[axis]);
    return isWhole(g, slice, starts, ends) ? slice : g.slice(slice, starts, ends, axes);
  });
}
