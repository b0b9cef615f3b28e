// Operators that move [block, block] pixels between channels and space, and the one that cuts or pads around the middle.

import { quotient, floorDiv, product } from '../dims.ts';
import { axesOf, intOf, intsOf, nodeError } from '../node.ts';
import type { Dim } from '../types.ts';
import type { ShapeRule } from './infer.ts';

/** size / by, which must come out even; a size with a name is trusted to. */
function evenly(c: Parameters<ShapeRule>[0], size: Dim, by: number): Dim {
  if (typeof size === 'number' && size % by !== 0)
    throw nodeError('shape_mismatch', c.node, `blocks of ${by} do not fill ${size}`);
  return quotient([size], [by]) ?? floorDiv(size, by);
}

export const DepthToSpace: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const [n, channels, height, width] = shape;
  const block = intOf(c.node, 'blocksize', 1);
  return [{ type, shape: [n, evenly(c, channels, block * block), product([height, block]), product([width, block])] }];
};

export const SpaceToDepth: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const [n, channels, height, width] = shape;
  const block = intOf(c.node, 'blocksize', 1);
  return [{ type, shape: [n, product([channels, block, block]), evenly(c, height, block), evenly(c, width, block)] }];
};

export const CenterCropPad: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const target = c.required(1, 'shape');
  const axes = axesOf(c.node, intsOf(c.node, 'axes') ?? shape.map((_, axis) => axis), shape.length);
  const result = [...shape];
  axes.forEach((axis, i) => (result[axis] = target[i]));
  return [{ type, shape: result }];
};
