// MaxPool, AveragePool and the pools over everything.

import type { ShapeRule } from './infer.ts';
import { windowCount, windowOf } from './window.ts';

export const AveragePool: ShapeRule = (c) => {
  const x = c.shape(0);
  const window = windowOf(c.node, x.slice(2));
  return [{ type: c.input(0).type, shape: [x[0], x[1], ...windowCount(c.node, window, x.slice(2))] }];
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

/** Without output_shape ONNX guesses the size back; with it (always, in graphs made here) it is exact. */
export const MaxUnpool: ShapeRule = (c) => [{ type: c.input(0).type, shape: c.required(2, 'output_shape') }];
