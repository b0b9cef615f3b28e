// Operators whose output has their input's shape, or their inputs' common shape.

import { broadcast } from '../dims.ts';
import { intOf } from '../node.ts';
import { dataTypeOfCode } from '../tensors.ts';
import type { Dim } from '../types.ts';
import type { InferContext, ShapeRule } from './infer.ts';

export const sameAsInput: ShapeRule = (c) => [{ type: c.input(0).type, shape: c.shape(0) }];

export const sameWithElements: ShapeRule = (c) => [c.input(0)];

export const Cast: ShapeRule = (c) => [
  { ...c.input(0), type: dataTypeOfCode(intOf(c.node, 'to', 0), `Cast "${c.node.name}"`) },
];

const commonShape = (c: InferContext) => broadcast(c.node, ...c.inputs().map(({ shape }) => shape));

export const broadcasting: ShapeRule = (c) => [{ type: c.input(0).type, shape: commonShape(c) }];

/** Add, Sub, Mul and Div of short integer vectors keep known elements: sizes are computed with them. */
export const arithmetic =
  (apply: (a: number, b: number) => number): ShapeRule =>
  (c) => {
    const [result] = broadcasting(c);
    const [a, b] = [c.input(0).elements, c.input(1).elements];
    if (!a || !b || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return [result];
    const length = Math.max(a.length, b.length);
    const elements = Array.from({ length }, (_, i): Dim | undefined => {
      const [x, y] = [a[a.length === 1 ? 0 : i], b[b.length === 1 ? 0 : i]];
      return typeof x === 'number' && typeof y === 'number' ? apply(x, y) : undefined;
    });
    return elements.includes(undefined) ? [result] : [{ ...result, elements: elements as number[] }];
  };

export const comparison: ShapeRule = (c) => [{ type: 'bool', shape: commonShape(c) }];

export const Where: ShapeRule = (c) => [{ type: c.input(1).type, shape: commonShape(c) }];
