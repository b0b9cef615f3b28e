// ReduceSum and its kin, ArgMax, and the sizes that remain.

import { axesOf, axisOf, intOf, intsOf } from '../node.ts';
import type { Shape } from '../types.ts';
import type { InferContext, ShapeRule } from './infer.ts';

/** The axes a reduction runs over, from the front; attribute before opset 18 (13 for ReduceSum), input since. */
export function reducedAxes(c: InferContext): number[] {
  const rank = c.rank(0);
  const axes = intsOf(c.node, 'axes') ?? (c.has(1) ? c.numbers(1, 'axes') : []);
  if (axes.length > 0) return axesOf(c.node, axes, rank);
  return intOf(c.node, 'noop_with_empty_axes', 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
}

const without = (shape: Shape, axes: readonly number[], keep: boolean): Shape =>
  keep ? shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) : shape.filter((_, axis) => !axes.includes(axis));

export const Reduce: ShapeRule = (c) => [
  { type: c.input(0).type, shape: without(c.shape(0), reducedAxes(c), intOf(c.node, 'keepdims', 1) === 1) },
];

export const ArgMax: ShapeRule = (c) => {
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), c.rank(0));
  return [{ type: 'int64', shape: without(c.shape(0), [axis], intOf(c.node, 'keepdims', 1) === 1) }];
};

export const TopK: ShapeRule = (c) => {
  const axis = axisOf(c.node, intOf(c.node, 'axis', -1), c.rank(0));
  const [count] = c.elements(1) ?? [c.unknown(axis)];
  const shape = c.shape(0).map((dim, index) => (index === axis ? count : dim));
  return [
    { type: c.input(0).type, shape },
    { type: 'int64', shape },
  ];
};
