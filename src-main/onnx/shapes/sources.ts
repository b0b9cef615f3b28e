// Operators that make values from sizes and constants.

import { axisOf, intOf, nodeError, tensorOf } from '../node.ts';
import { ceilDiv, difference, isComputed, product } from '../dims.ts';
import { dataTypeOfCode } from '../tensors.ts';
import { elementsOf, MAX_ELEMENTS, type ShapeRule } from './infer.ts';

/** Only the tensor form: phases/1-check turns the other forms into it. */
export const Constant: ShapeRule = (c) => {
  const value = tensorOf(c.node, 'value');
  if (!value) throw nodeError('unsupported_attribute', c.node, 'only Constant with a tensor value');
  return [{ type: value.type, shape: value.shape, elements: elementsOf(value) }];
};

export const ConstantOfShape: ShapeRule = (c) => {
  const value = tensorOf(c.node, 'value');
  const shape = c.required(0, 'shape');
  const length = product(shape);
  const short = typeof length === 'number' && length <= MAX_ELEMENTS;
  const element = value ? elementsOf(value)?.[0] : 0;
  const elements = short && element !== undefined ? new Array<number>(length).fill(element) : undefined;
  return [{ type: value?.type ?? 'float', shape, elements }];
};

export const ShapeOf: ShapeRule = (c) => {
  const shape = c.shape(0);
  const clamp = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const elements = shape.slice(clamp(intOf(c.node, 'start', 0)), clamp(intOf(c.node, 'end', shape.length)));
  return [{ type: 'int64', shape: [elements.length], elements }];
};

export const Size: ShapeRule = (c) => [{ type: 'int64', shape: [], elements: [product(c.shape(0))] }];

export const Range: ShapeRule = (c) => {
  const { type } = c.input(0);
  const [start, limit, delta] = [c.symbols(0)?.[0], c.symbols(1)?.[0], c.symbols(2)?.[0]];
  if (start === undefined || limit === undefined || typeof delta !== 'number') return [{ type, shape: [c.unknown(0)] }];
  if (typeof start !== 'number' || typeof limit !== 'number') {
    const span = difference(limit, start);
    const known = Number.isInteger(delta) && delta > 0 && !isComputed(span);
    return [{ type, shape: [known ? ceilDiv(span, delta) : c.unknown(0)] }];
  }
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  const elements = length <= MAX_ELEMENTS ? Array.from({ length }, (_, i) => start + i * delta) : undefined;
  return [{ type, shape: [length], elements }];
};

export const OneHot: ShapeRule = (c) => {
  const indices = [...c.shape(0)];
  const axis = axisOf(c.node, intOf(c.node, 'axis', -1), indices.length + 1);
  const [depth] = c.symbols(1) ?? [c.unknown(axis)];
  indices.splice(axis, 0, depth);
  return [{ type: c.input(2).type, shape: indices }];
};

export const EyeLike: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const given = intOf(c.node, 'dtype', 0);
  return [{ type: given === 0 ? type : dataTypeOfCode(given, `EyeLike "${c.node.name}"`), shape }];
};

/** One row per axis, one column per element that is not zero. */
export const NonZero: ShapeRule = (c) => [{ type: 'int64', shape: [c.rank(0), c.unknown(1)] }];
