import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { difference, isNatural, product } from '../../onnx/dims.ts';
import { axesOf, inputsOf } from '../../onnx/node.ts';
import { sliceIndices } from '../../onnx/shapes/movement.ts';
import type { Dim, Node } from '../../onnx/types.ts';
import { place } from './place.ts';
import type { GradientRule } from './rule.ts';

/** From here on an end means "to the end". */
const FAR = 2 ** 31 - 1;

// Y = X[start:end:step] on some axes;  dX = dY with zeros around it, and between its elements where step ≠ 1
//
// A step s > 1 spreads dY by unsqueezing an axis, padding it to s, and merging: dY → [n,1] → [n,s] → [n·s] → pad. A
// backward slice is a forward one, reversed.
export const Slice: GradientRule<'Slice'> = ({ g, node, inputs, outputs: { output }, dY }) => ({
  data: () => {
    const { data, starts, ends, axes, steps } = inputs;
    const elements = (value: Value | undefined) => (value === undefined ? undefined : g.type(value).elements);
    const [from, to, on, by] = [starts, ends, axes, steps].map(elements);
    const sizes = g.shape(data);
    const cut = on
      ? axesOf(node, on as number[], sizes.length)
      : sizes.slice(0, g.shape(starts)[0] as number).map((_, axis) => axis);

    let result = dY;
    const placed = { axes: [] as number[], before: [] as Dim[], after: [] as Dim[] };
    cut.forEach((axis, i) => {
      const step = Number(by?.[i] ?? 1);
      const [size, count] = [sizes[axis], g.shape(output)[axis]];
      const margin = margins(size, count, from?.[i], to?.[i], step);
      if (!margin) {
        result = scattered(g, node, result, axis, i, size);
        return;
      }
      if (step < 0) result = g.slice(result, [-1], [-(2 ** 31)], [axis], [-1]);
      if (Math.abs(step) > 1) result = spread(g, result, axis, step);
      placed.axes.push(axis);
      placed.before.push(margin.before);
      placed.after.push(margin.after);
    });
    return place(g, result, placed.axes, placed.before, placed.after);
  },
});

interface Margins {
  readonly before: Dim;
  readonly after: Dim;
}

/**
 * How much of the axis lies before and after the slice, when every element taken stands for a block of |step|; they may be
 * negative then. undefined where the run has to clamp the bounds first.
 */
function margins(
  size: Dim,
  count: Dim,
  start: Dim | undefined,
  end: Dim | undefined,
  step: number,
): Margins | undefined {
  const span = product([count, Math.abs(step)]);
  const rest = (known: Dim): Dim => difference(difference(size, known), span);
  if (typeof size === 'number' && typeof start === 'number') {
    const { first } = sliceIndices(size, start, step > 0 ? FAR : -FAR, step);
    return step > 0
      ? { before: first, after: rest(first) }
      : { before: rest(size - 1 - first), after: size - 1 - first };
  }
  if (step < 0) return start === -1 || Number(start) >= FAR ? { before: rest(0), after: 0 } : undefined;
  if (start !== undefined && isNatural(start)) return { before: start, after: rest(start) };
  // Counted from the end, a bound need not be clamped: where something is left, the end lies inside.
  if (step !== 1 || end === undefined) return undefined;
  const after = Number(end) >= FAR ? 0 : difference(0, end);
  return isNatural(after) ? { before: rest(after), after } : undefined;
}

/** Zeros between the elements: after each one, before each one of a backward slice. */
function spread(g: GraphBuilder, x: Value, axis: number, step: number): Value {
  const zeros = Math.abs(step) - 1;
  const apart = place(g, g.unsqueeze(x, [axis + 1]), [axis + 1], [step < 0 ? zeros : 0], [step < 0 ? 0 : zeros]);
  const merged = g.shape(x).map((dim, k) => (k === axis ? product([dim, Math.abs(step)]) : dim));
  return g.reshape(apart, merged);
}

/** Bounds that only the run knows: the places that the slice took are asked of the slice itself. */
function scattered(g: GraphBuilder, node: Node, x: Value, axis: number, i: number, size: Dim): Value {
  const { starts, ends, steps } = inputsOf(node, 'Slice');
  const bound = (value: Value): Value => g.cast(g.slice(value, [i], [i + 1], [0]), 'int64');
  const scalar = (value: Value): Value => g.op('Squeeze', [value, g.int64s([0])]);
  const [zero, one] = [0, 1].map((n) => scalar(g.int64s([n])));
  const all = g.op('Range', [zero, scalar(g.sizeVector(size)), one]);
  const taken = g.op('Slice', [all, bound(starts), bound(ends), g.int64s([0]), steps && bound(steps)]);
  const shape = g.shape(x);
  const column = g.reshape(
    taken,
    shape.map((_, k) => (k === axis ? -1 : 1)),
  );
  const places = g.op('Expand', [column, g.shapeVector(shape)]);
  const zeros = g.op('Expand', [g.scalar(0, x), g.shapeVector(shape.map((dim, k) => (k === axis ? size : dim)))]);
  return g.op('ScatterElements', [zeros, places, x], { axis });
}
