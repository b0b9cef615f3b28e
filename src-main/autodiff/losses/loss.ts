// A loss is a few forward nodes: their gradient comes from the same rules as everything else's.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { DataType, Shape } from '../../onnx/types.ts';
import type { ExtraTarget } from '../types.ts';

export type Reduction = 'mean' | 'sum';

export interface LossContext {
  readonly g: GraphBuilder;
  /** The forward graph's output. */
  readonly prediction: Value;
  /** The forward graph's input, whose first axis is the batch. */
  readonly input: Value;
  /** `mean` over the batch for training; `sum` over it for evaluation, so that batches of any size add up. */
  readonly reduction: Reduction;
  /** Another of the forward graph's outputs. */
  output(name: string): Value;
  /** Makes the input for the target. */
  target(type: DataType, shape: Shape): Value;
  /** Makes an input for what else is to be known of each sample. */
  extra(role: ExtraTarget, type: DataType, shape: Shape): Value;
}

export interface AttachedLoss {
  readonly loss: Value;
  /** int32 scalar: how many predictions of the batch were right. */
  readonly correct?: Value;
  /** int32 scalar: out of how many, where that is not the number of samples. */
  readonly counted?: Value;
  /** float scalar: what the sum is to be divided by for a mean, where that is not the number of samples. */
  readonly weight?: Value;
}

export interface Loss {
  attach(context: LossContext): AttachedLoss;
  /** What people want to see, where it is not the prediction itself: probabilities for logits. */
  readonly present?: { readonly as: string; make(g: GraphBuilder, prediction: Value): Value };
}
