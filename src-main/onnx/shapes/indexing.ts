// Operators that pick values by index or condition.

import { axisOf, intOf, nodeError, stringOf } from '../node.ts';
import type { ShapeRule } from './infer.ts';

export const GatherElements: ShapeRule = (c) => [{ type: c.input(0).type, shape: c.shape(1) }];

/** An index tuple, the last axis of indices, names as many axes of data, after those both have as batch. */
export const GatherND: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const indices = c.shape(1);
  const depth = indices.at(-1);
  if (typeof depth !== 'number') throw nodeError('unsupported_shape', c.node, `tuples of "${depth}" indices`);
  const batch = intOf(c.node, 'batch_dims', 0);
  if (batch + depth > shape.length)
    throw nodeError('shape_mismatch', c.node, `tuples of ${depth} indices into [${shape.join(', ')}]`);
  return [{ type, shape: [...indices.slice(0, -1), ...shape.slice(batch + depth)] }];
};

export const Compress: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const condition = c.elements(1);
  const axis = c.node.attributes.axis ? axisOf(c.node, intOf(c.node, 'axis', 0), shape.length) : undefined;
  const kept = condition?.every((dim) => typeof dim === 'number')
    ? condition.filter((dim) => dim !== 0).length
    : c.unknown(axis ?? 0);
  return [{ type, shape: axis === undefined ? [kept] : shape.map((dim, at) => (at === axis ? kept : dim)) }];
};

export const NegativeLogLikelihoodLoss: ShapeRule = (c) => [
  { type: c.input(0).type, shape: stringOf(c.node, 'reduction', 'mean') === 'none' ? c.shape(1) : [] },
];

export const Det: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const [rows, columns] = shape.slice(-2);
  if (shape.length < 2 || (rows !== columns && [rows, columns].every((dim) => typeof dim === 'number')))
    throw nodeError('shape_mismatch', c.node, `[${shape.join(', ')}] holds no square matrices`);
  return [{ type, shape: shape.slice(0, -2) }];
};
