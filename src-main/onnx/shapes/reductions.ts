// ReduceSum and its kin, ArgMax, and the sizes that remain.

import { isStatic, product, sum } from '../dims.ts';
import { axesOf, axisOf, intOf, intsOf } from '../node.ts';
import type { Dim, Shape } from '../types.ts';
import type { InferContext, ShapeRule } from './infer.ts';

/** The axes a reduction runs over, from the front; attribute before opset 18 (13 for ReduceSum), input since. */
function reducedAxes(c: InferContext): number[] {
  const rank = c.rank(0);
  const axes = intsOf(c.node, 'axes') ?? (c.has(1) ? c.numbers(1, 'axes') : []);
  if (axes.length > 0) return axesOf(c.node, axes, rank);
  return intOf(c.node, 'noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

const without = (shape: Shape, axes: readonly number[], keep: boolean): Shape =>
  keep ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));

/** What becomes of a short vector of sizes. */
const totals: Readonly<Record<string, (dims: Shape) => Dim | undefined>> = {
  ReduceSum: sum,
  ReduceProd: product,
  ReduceMax: (dims) => (isStatic(dims) ? Math.max(...dims) : undefined),
  ReduceMin: (dims) => (isStatic(dims) ? Math.min(...dims) : undefined),
};

export const Reduce: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const keep = intOf(c.node, 'keepdims', 1) === 1;
  // Axes that the run computes leave the rank, and nothing else, known.
  if (keep && c.has(1) && !c.symbols(1)) return [{ type, shape: shape.map((_, axis) => c.unknown(axis)) }];
  const axes = reducedAxes(c);
  const total = shape.length === 1 && axes.length === 1 && elements ? totals[c.node.op]?.(elements) : undefined;
  return [{ type, shape: without(shape, axes, keep), elements: total === undefined ? undefined : [total] }];
};

export const ArgMax: ShapeRule = (c) => {
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), c.rank(0));
  return [{ type: 'int64', shape: without(c.shape(0), [axis], intOf(c.node, 'keepdims', 1) === 1) }];
};

export const TopK: ShapeRule = (c) => {
  const axis = axisOf(c.node, intOf(c.node, 'axis', -1), c.rank(0));
  const [count] = c.symbols(1) ?? [c.unknown(axis)];
  const shape = c.shape(0).map((dim, index) => (index === axis ? count : dim));
  return [
    { type: c.input(0).type, shape },
    { type: 'int64', shape },
  ];
};
