// Operators with more than one output, or a loss.

import { axisOf, intOf, stringOf } from '../node.ts';
import { dataTypeOfCode } from '../tensors.ts';
import type { ShapeRule } from './infer.ts';

export const BatchNormalization: ShapeRule = (c) => [
  { type: c.input(0).type, shape: c.shape(0) },
  { type: c.input(3).type, shape: c.shape(3) },
  { type: c.input(4).type, shape: c.shape(4) },
];

/** The statistics of each row, of the type that they are computed in. */
export const LayerNormalization: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', -1), shape.length);
  const statistics = {
    type: dataTypeOfCode(intOf(c.node, 'stash_type', 1), `LayerNormalization "${c.node.name}"`),
    shape: shape.map((dim, i) => (i < axis ? dim : 1)),
  };
  return [{ type, shape }, statistics, statistics];
};

export const Dropout: ShapeRule = (c) => [
  { type: c.input(0).type, shape: c.shape(0) },
  { type: 'bool', shape: c.shape(0) },
];

export const SoftmaxCrossEntropyLoss: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const reduced = stringOf(c.node, 'reduction', 'mean') !== 'none';
  return [
    { type, shape: reduced ? [] : c.shape(1) },
    { type, shape },
  ];
};
