// Operators that read images at places given by other values.

import { intOf, intsOf } from '../node.ts';
import type { ShapeRule } from './infer.ts';
import { windowCount } from './window.ts';
import { kernelOf } from './Conv.ts';

/** [batch, …spatial, as many coordinates as there are spatial axes] for the size of an image [batch, channels, …spatial]. */
export const AffineGrid: ShapeRule = (c) => {
  const [batch, , ...spatial] = c.required(1, 'size');
  return [{ type: c.input(0).type, shape: [batch, ...spatial, spatial.length] }];
};

export const GridSample: ShapeRule = (c) => {
  const [batch, channels] = c.shape(0);
  return [{ type: c.input(0).type, shape: [batch, channels, ...c.shape(1).slice(1, -1)] }];
};

export const RoiAlign: ShapeRule = (c) => {
  const size = ['output_height', 'output_width'].map((name) => intOf(c.node, name, 1));
  return [{ type: c.input(0).type, shape: [c.shape(1)[0], c.shape(0)[1], ...size] }];
};

export const MaxRoiPool: ShapeRule = (c) => [
  { type: c.input(0).type, shape: [c.shape(1)[0], c.shape(0)[1], ...(intsOf(c.node, 'pooled_shape') ?? [])] },
];

export const DeformConv: ShapeRule = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  return [{ type: c.input(0).type, shape: [x[0], w[0], ...windowCount(c.node, x.slice(2), kernelOf(c.node, w))] }];
};
