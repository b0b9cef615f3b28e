// The last step of most losses: numbers, one an element or one a sample, become one.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { sizeOf } from '../../onnx/tensors.ts';
import type { DataType, Shape } from '../../onnx/types.ts';
import type { AttachedLoss, LossContext } from './loss.ts';

export const allAxes = (shape: Shape): number[] => shape.map((_, axis) => axis);

export const total = (g: GraphBuilder, x: Value): Value => g.reduceSum(x, allAxes(g.shape(x)), false);

/** The mean over all elements; summed, each sample counts the mean over its own elements. */
export function overElements({ g, reduction }: LossContext, values: Value): Value {
  const axes = allAxes(g.shape(values));
  if (reduction === 'mean') return g.reduceMean(values, axes, false);
  return total(g, axes.length > 1 ? g.reduceMean(values, axes.slice(1), false) : values);
}

/** The mean over, or the sum of, values of which there are as many as things to be averaged. */
export const overAll = ({ g, reduction }: LossContext, values: Value): Value =>
  reduction === 'mean' ? g.reduceMean(values, allAxes(g.shape(values)), false) : total(g, values);

/** How many elements a value has, as a scalar. */
export function countOf(g: GraphBuilder, x: Value, type: DataType): Value {
  return g.cast(g.op('Size', [x]), type);
}

/** sum/n. */
export function quotient(g: GraphBuilder, sum: Value, n: number | Value): Value {
  return typeof n === 'number' ? g.scale(sum, 1 / n) : g.div(sum, n);
}

/** The number of elements, as a number where it is known. */
export function sizeIn(g: GraphBuilder, x: Value, type: DataType): number | Value {
  const shape = g.shape(x);
  return isStatic(shape) ? sizeOf(shape) : countOf(g, x, type);
}

/** How many of `hits` (bool) are true, and how many there are, where a sample has more than one or it cannot be said. */
export function rightOnes(g: GraphBuilder, hits: Value): Pick<AttachedLoss, 'correct' | 'counted'> {
  const correct = g.cast(total(g, g.cast(hits, 'float')), 'int32');
  const single = g.shape(hits).every((dim, axis) => axis === 0 || dim === 1);
  return single ? { correct } : { correct, counted: countOf(g, hits, 'int32') };
}
