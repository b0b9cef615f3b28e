// Operators that do the same to every number of a channel.

import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { floatOf, intOf } from '../../../onnx/node.ts';
import { filled, numbersOf } from '../../../onnx/tensors.ts';
import type { Node, Shape } from '../../../onnx/types.ts';

/** x·scale + shift, both vectors of a number for each channel. */
interface Affine {
  readonly x: Value;
  readonly scale: Value;
  readonly shift?: Value;
}

/** undefined: not such an operator. */
export function affineOf(g: GraphBuilder, node: Node): Affine | undefined {
  if (node.op === 'BatchNormalization') return ofNormalization(g, node);
  if (node.inputs.length !== 2) return undefined;
  const [a, b] = node.inputs;
  const [x, value] = g.rank(a) === 4 && !isPerChannel(g.shape(a), g.shape(b)) ? [a, b] : [b, a];
  if (g.rank(x) !== 4 || !isPerChannel(g.shape(value), g.shape(x))) return undefined;
  const channels = g.shape(x)[1] as number;
  const each = () => g.reshape(value, [channels]);
  const all = (number: number) => g.constant(filled('float', [channels], number));
  switch (node.op) {
    case 'Mul':
      return { x, scale: each() };
    case 'Add':
      return { x, scale: all(1), shift: each() };
    case 'Sub':
      return x === a ? { x, scale: all(1), shift: g.neg(each()) } : { x, scale: all(-1), shift: each() };
    case 'Div':
      return x === a ? { x, scale: g.op('Reciprocal', [each()]) } : undefined;
    default:
      return undefined;
  }
}

/** [1, channels, 1, 1] or [channels, 1, 1] beside a picture. */
function isPerChannel(shape: Shape, [, channels]: Shape): boolean {
  const [size, ...rest] = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  return rest.length === 2 && rest.every((dim) => dim === 1) && size === channels && channels !== 1;
}

/** As ChannelAffine is written: of a mean of 0 and a variance of 1. */
function ofNormalization(g: GraphBuilder, node: Node): Affine | undefined {
  const [x, scale, shift, mean, variance] = node.inputs;
  const every = (value: Value, number: number) => {
    const known = g.constantOf(value);
    return known !== undefined && numbersOf(known).every((each) => each === number);
  };
  const plain = floatOf(node, 'epsilon', 1e-5) === 0 && intOf(node, 'training_mode', 0) === 0;
  return plain && g.rank(x) === 4 && every(mean, 0) && every(variance, 1) ? { x, scale, shift } : undefined;
}
