// Operators with more than one output, or a loss.

import { stringOf } from '../node.ts';
import type { ShapeRule } from './infer.ts';

export const BatchNormalization: ShapeRule = (c) => [
  { type: c.input(0).type, shape: c.shape(0) },
  { type: c.input(3).type, shape: c.shape(3) },
  { type: c.input(4).type, shape: c.shape(4) },
];

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
