// Cross-entropy's bookkeeping, shared by its value (lowering) and its gradient (rule): equal nodes are merged later.

import { isStatic } from '../onnx/dims.ts';
import type { GraphBuilder, Value } from '../onnx/builder.ts';
import { inputsOf, nodeError } from '../onnx/node.ts';
import { sizeOf, tensor } from '../onnx/tensors.ts';
import type { DataType, Node } from '../onnx/types.ts';

export interface LabelWeights {
  /** [batch, classes, …]: 1 at the label. An ignored label has no 1. */
  readonly onehot: Value;
  /** onehot times the class weights. */
  readonly weighted: Value;
  /** [batch, 1, …]: each sample's weight; undefined where all are 1. */
  readonly weight: Value | undefined;
  /** What the mean divides by. */
  readonly total: number | Value;
}

export function labelWeights(g: GraphBuilder, node: Node): LabelWeights {
  const { scores, labels, weights } = inputsOf(node, 'SoftmaxCrossEntropyLoss');
  const type = g.type(scores).type;
  const rank = g.rank(scores);
  const classes = g.shape(scores)[1];
  if (typeof classes !== 'number') throw nodeError('unsupported_shape', node, `"${classes}" classes`);

  // Comparing with 0…C−1 instead of OneHot: that has no int32 kernel on the CPU and none at all on WebGPU.
  const perClass = [1, classes, ...new Array<number>(rank - 2).fill(1)];
  const range = tensor(
    g.type(labels).type,
    perClass,
    Array.from({ length: classes }, (_, index) => index),
  );
  const onehot = g.cast(g.op('Equal', [g.unsqueeze(labels, [1]), g.constant(range)]), type);

  if (!weights && !node.attributes.ignore_index) {
    const shape = g.shape(labels);
    const total = isStatic(shape) ? sizeOf(shape) : g.cast(g.op('Size', [labels]), type);
    return { onehot, weighted: onehot, weight: undefined, total };
  }
  const weighted = weights ? g.mul(onehot, g.op('Reshape', [weights, g.int64s(perClass)])) : onehot;
  // An ignored label is outside 0…C−1, or is made so here.
  const ignored = node.attributes.ignore_index;
  const counted =
    ignored?.kind === 'int' && ignored.value >= 0 && ignored.value < classes
      ? g.mul(weighted, g.constant(maskOf(type, perClass, ignored.value)))
      : weighted;
  const weight = g.reduceSum(counted, [1]);
  return {
    onehot,
    weighted: counted,
    weight,
    total: g.reduceSum(
      weight,
      Array.from({ length: rank }, (_, i) => i),
      false,
    ),
  };
}

const maskOf = (type: DataType, shape: readonly number[], zeroAt: number) =>
  tensor(
    type,
    shape,
    Array.from({ length: shape[1] }, (_, index) => (index === zeroAt ? 0 : 1)),
  );
