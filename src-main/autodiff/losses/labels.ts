// Class indices as targets, in every layout that logits come in: what cross-entropy and the focal loss share.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Shape } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import { oneOf, whole } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { AttachedLoss, LossContext } from './loss.ts';
import { countOf, sizeIn, total } from './reduce.ts';

export type ClassLayout = Pick<Extract<LossSpec, { kind: 'cross-entropy' }>, 'classAxis' | 'ignoreIndex'>;

/** The axis of the classes: by itself the last of [batch, classes] and [batch, sequence, classes], 1 of [batch, classes, height, width]. */
export function classAxisOf(shape: Shape, { classAxis }: ClassLayout): number {
  if (shape.length < 2) {
    throw new AtelierError('unsupported_shape', `logits [${shape.join(', ')}], not [batch, classes] or with more axes`);
  }
  const last = shape.length - 1;
  return classAxis === 1 ? 1 : classAxis === -1 || shape.length <= 3 ? last : 1;
}

/** Errors: invalid_options. */
export function checkedLayout({ classAxis, ignoreIndex }: ClassLayout): void {
  if (classAxis !== undefined) oneOf({ classAxis }, [1, -1]);
  whole({ ignoreIndex }, Number.MIN_SAFE_INTEGER);
}

export class Labels {
  readonly g: GraphBuilder;
  /** The logits with their classes on axis 1: [n, classes, …]. */
  readonly scores: Value;
  /** int32 [n, …]. */
  readonly labels: Value;
  readonly classes: number;
  readonly ignoreIndex: number | undefined;
  /** Whether a sample has one label, and no axis but its classes'. */
  readonly single: boolean;

  constructor(context: LossContext, layout: ClassLayout) {
    const { g, prediction } = context;
    const shape = g.shape(prediction);
    const axis = classAxisOf(shape, layout);
    const classes = shape[axis];
    if (typeof classes !== 'number') {
      throw new AtelierError('unsupported_shape', `logits [${shape.join(', ')}]: the number of classes is not known`);
    }
    const target = context.target('int32', [...shape.slice(0, axis), ...shape.slice(axis + 1)]);
    // Classes in the last place: all that comes before them is one long batch.
    const flat = axis > 1;
    this.g = g;
    this.classes = classes;
    this.scores = flat ? g.op('Reshape', [prediction, g.int64s([-1, classes])]) : prediction;
    this.labels = flat ? g.op('Reshape', [target, g.int64s([-1])]) : target;
    this.ignoreIndex = layout.ignoreIndex;
    this.single = shape.length === 2;
  }

  /** One number a class, to broadcast against the scores. */
  perClass(values: readonly number[], what: string): Value {
    const { g, classes, scores } = this;
    if (values.length !== classes) {
      throw new AtelierError('invalid_options', `${values.length} ${what} for ${classes} classes`);
    }
    const ones = new Array<number>(g.rank(scores) - 2).fill(1);
    return g.constant(tensor(g.type(scores).type, [1, classes, ...ones], values));
  }

  /** [n, classes, …]: 1 at the label (the target's, unless others are given); all 0 where the label does not count. */
  onehot(labels = this.labels): Value {
    const { g, classes, ignoreIndex } = this;
    const type = g.type(this.scores).type;
    const ones = new Array<number>(g.rank(this.scores) - 2).fill(1);
    // No class has the number that is ignored.
    const numbers = Array.from({ length: classes }, (_, index) => (index === ignoreIndex ? classes : index));
    const range = g.constant(tensor('int32', [1, classes, ...ones], numbers));
    return g.cast(g.op('Equal', [g.unsqueeze(labels, [1]), range]), type);
  }

  /** [n, 1, …]: 1 where the label counts; undefined where all do. */
  counts(): Value | undefined {
    return this.ignoreIndex === undefined ? undefined : this.g.reduceSum(this.onehot(), [1]);
  }

  /** How many labels count, or what their class weights (from `perClass`) add up to. */
  totalWeight(weights?: Value): number | Value {
    const { g } = this;
    if (weights === undefined && this.ignoreIndex === undefined) {
      return sizeIn(g, this.labels, g.type(this.scores).type);
    }
    return total(g, weights === undefined ? this.onehot() : g.mul(this.onehot(), weights));
  }

  /** What the sum of the losses is to be divided by, where that is not the number of samples. */
  weight(reduction: LossContext['reduction'], weights?: Value): Pick<AttachedLoss, 'weight'> {
    const { g } = this;
    const plain = this.single && weights === undefined && this.ignoreIndex === undefined;
    if (reduction === 'mean' || plain) return {};
    const sum = this.totalWeight(weights);
    return { weight: typeof sum === 'number' ? g.scalar(sum, this.scores) : sum };
  }

  rightOnes(): Pick<AttachedLoss, 'correct' | 'counted'> {
    const { g, labels, ignoreIndex } = this;
    const guess = g.cast(g.op('ArgMax', [this.scores], { axis: 1, keepdims: 0 }), 'int32');
    let hits = g.cast(g.op('Equal', [guess, labels]), 'float');
    if (ignoreIndex === undefined) {
      const correct = g.cast(total(g, hits), 'int32');
      return this.single ? { correct } : { correct, counted: countOf(g, labels, 'int32') };
    }
    const counts = g.cast(g.op('Not', [g.op('Equal', [labels, g.scalar(ignoreIndex, labels)])]), 'float');
    if (ignoreIndex >= 0 && ignoreIndex < this.classes) hits = g.mul(hits, counts);
    return { correct: g.cast(total(g, hits), 'int32'), counted: g.cast(total(g, counts), 'int32') };
  }
}
