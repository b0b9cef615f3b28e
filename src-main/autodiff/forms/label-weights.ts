// Cross-entropy's bookkeeping, shared by its value (lowering) and its gradient (rule): equal nodes are merged later.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { stringOf } from '../../onnx/node.ts';
import { sizeOf } from '../../onnx/tensors.ts';
import type { DataType, Node } from '../../onnx/types.ts';

export interface LabelWeights {
  /** [batch, 1, …]: the labels as indices along the class axis, an ignored one made 0. */
  readonly places: Value;
  /** [batch, 1, …], bool: not ignored; undefined where none is. */
  readonly counted: Value | undefined;
  /** [batch, 1, …]: each label's weight; undefined where all are 1. */
  readonly weight: Value | undefined;
}

/** Of a SoftmaxCrossEntropyLoss or NegativeLogLikelihoodLoss. */
export function labelWeights(g: GraphBuilder, { inputs, attributes }: Node): LabelWeights {
  const [scores, labels, weights] = inputs;
  const column = g.unsqueeze(labels, [1]);
  const ignored = attributes.ignore_index;
  const counted =
    ignored?.kind === 'int' ? g.op('Not', [g.op('Equal', [column, g.scalar(ignored.value, column)])]) : undefined;
  const places = counted ? g.where(counted, column, g.scalar(0, column)) : column;
  const ofClass = weights ? g.op('Gather', [weights, places]) : undefined;
  if (!counted) return { places, counted, weight: ofClass };
  return { places, counted, weight: g.where(counted, ofClass ?? g.scalar(1, scores), g.scalar(0, scores)) };
}

/** What a mean divides by: the sum of the weights. */
function totalWeight(g: GraphBuilder, { places, weight }: LabelWeights, type: DataType): number | Value {
  if (weight) return sumOf(g, weight);
  const shape = g.shape(places);
  return isStatic(shape) ? sizeOf(shape) : g.cast(g.op('Size', [places]), type);
}

/** −Σ weight·x[label] / n of log-probabilities x [batch, classes, …], for the node's reduction. */
export function reducedLoss(g: GraphBuilder, node: Node, logProbabilities: Value): Value {
  const labels = labelWeights(g, node);
  const picked = g.op('GatherElements', [logProbabilities, labels.places], { axis: 1 });
  const weighted = labels.weight ? g.mul(picked, labels.weight) : picked;
  // An ignored label's log-probability may be −∞, and that times 0 is no number.
  const losses = g.neg(labels.counted ? g.where(labels.counted, weighted, g.scalar(0, picked)) : weighted);
  const reduction = stringOf(node, 'reduction', 'mean');
  if (reduction === 'none') return g.op('Squeeze', [losses, g.int64s([1])]);
  const sum = sumOf(g, losses);
  if (reduction === 'sum') return sum;
  const total = totalWeight(g, labels, g.type(picked).type);
  return typeof total === 'number' ? g.scale(sum, 1 / total) : g.div(sum, total);
}

/** ∂loss/∂x[label], negated: weight/n times the loss's gradient, for each label: [batch, 1, …] or one for all of them. */
export function labelGradient(g: GraphBuilder, node: Node, labels: LabelWeights, dLoss: Value): Value {
  const reduction = stringOf(node, 'reduction', 'mean');
  const total = reduction === 'mean' ? totalWeight(g, labels, g.type(dLoss).type) : 1;
  const each = reduction === 'none' ? g.unsqueeze(dLoss, [1]) : dLoss;
  const mean = typeof total === 'number' ? g.scale(each, 1 / total) : g.div(each, total);
  return labels.weight ? g.mul(labels.weight, mean) : mean;
}

/** x with `values` (one per label, or one for all) subtracted at the labels. */
export function subtractAtLabels(g: GraphBuilder, x: Value, { places }: LabelWeights, values: Value): Value {
  const negative = g.neg(values);
  const column =
    g.rank(values) === g.rank(places) ? negative : g.op('Expand', [negative, g.shapeVector(g.shape(places))]);
  return g.op('ScatterElements', [x, places, column], { axis: 1, reduction: 'add' });
}

const sumOf = (g: GraphBuilder, x: Value): Value =>
  g.reduceSum(
    x,
    g.shape(x).map((_, axis) => axis),
    false,
  );
