// A loss is a few forward nodes: their gradient comes from the same rules as everything else's.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';

export type Reduction = 'mean' | 'sum';

export interface AttachedLoss {
  /** The input made for the target. */
  readonly target: Value;
  readonly loss: Value;
  /** int32 scalar: how many predictions of the batch were right. Classification only. */
  readonly correct?: Value;
}

export interface Loss {
  /** `mean` over the batch for training; `sum` over it for evaluation, so that batches of any size add up. */
  attach(g: GraphBuilder, prediction: Value, reduction: Reduction): AttachedLoss;
  /** What people want to see: probabilities for logits. */
  present(g: GraphBuilder, prediction: Value): Value;
}
