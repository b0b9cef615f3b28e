// Pools, the pools over everything, and what undoes them.

import { product, sum } from '../dims.ts';
import type { ShapeRule } from './infer.ts';
import { reach, windowCount, windowOf } from './window.ts';

export const AveragePool: ShapeRule = (c) => {
  const x = c.shape(0);
  return [{ type: c.input(0).type, shape: [x[0], x[1], ...windowCount(c.node, x.slice(2))] }];
};

/** The optional second output holds, per maximum, its place in the whole flattened input. */
export const MaxPool: ShapeRule = (c) => {
  const [y] = AveragePool(c);
  return [y, { type: 'int64', shape: y.shape }];
};

export const GlobalPool: ShapeRule = (c) => {
  const x = c.shape(0);
  return [{ type: c.input(0).type, shape: [x[0], x[1], ...x.slice(2).map(() => 1)] }];
};

/** Without output_shape, the smallest size that the windows fit into. */
export const MaxUnpool: ShapeRule = (c) => {
  const x = c.shape(0);
  if (c.has(2)) return [{ type: c.input(0).type, shape: c.required(2, 'output_shape') }];
  const window = windowOf(c.node, x.slice(2));
  const { strides, begin, end } = window;
  const grown = x.slice(2).map((size, axis) => {
    const covered = sum([product([sum([size, -1]), strides[axis]]), reach(window, axis)]);
    return sum([covered, -begin[axis] - end[axis]]);
  });
  return [{ type: c.input(0).type, shape: [x[0], x[1], ...grown] }];
};
