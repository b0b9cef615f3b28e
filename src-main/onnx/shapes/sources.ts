// Operators that make values from sizes and constants.

import { axisOf, intOf, nodeError, tensorOf } from '../node.ts';
import { product } from '../dims.ts';
import type { ShapeRule } from './infer.ts';

/** Only the tensor form: phases/1-check turns the other forms into it. */
export const Constant: ShapeRule = (c) => {
  const value = tensorOf(c.node, 'value');
  if (!value) throw nodeError('unsupported_attribute', c.node, 'only Constant with a tensor value');
  return [{ type: value.type, shape: value.shape }];
};

export const ConstantOfShape: ShapeRule = (c) => [
  { type: tensorOf(c.node, 'value')?.type ?? 'float', shape: c.required(0, 'shape') },
];

export const ShapeOf: ShapeRule = (c) => {
  const shape = c.shape(0);
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const elements = shape.slice(clamp(intOf(c.node, 'start', 0)), clamp(intOf(c.node, 'end', shape.length)));
  return [{ type: 'int64', shape: [elements.length], elements }];
};

export const Size: ShapeRule = (c) => [{ type: 'int64', shape: [], elements: [product(c.shape(0))] }];

export const Range: ShapeRule = (c) => {
  const [start, limit, delta] = [c.elements(0)?.[0], c.elements(1)?.[0], c.elements(2)?.[0]];
  const known = typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number';
  const length = known ? Math.max(0, Math.ceil((limit - start) / delta)) : c.unknown(0);
  return [{ type: c.input(0).type, shape: [length] }];
};

export const OneHot: ShapeRule = (c) => {
  const indices = [...c.shape(0)];
  const axis = axisOf(c.node, intOf(c.node, 'axis', -1), indices.length + 1);
  const [depth] = c.elements(1) ?? [c.unknown(axis)];
  indices.splice(axis, 0, depth);
  return [{ type: c.input(2).type, shape: indices }];
};
