// The loss is a few more forward nodes on top of the prediction.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { Graph } from '../../onnx/types.ts';
import type { AttachedLoss, Loss, Reduction } from '../losses/loss.ts';

export function attachLoss(
  graph: Graph,
  prediction: Value,
  loss: Loss,
  reduction: Reduction,
): AttachedLoss & { readonly graph: Graph } {
  const g = GraphBuilder.extend(graph);
  const attached = loss.attach(g, prediction, reduction);
  return { ...attached, graph: g.finish() };
}

/** What people want to see of the prediction: probabilities, or the values. */
export function present(
  graph: Graph,
  prediction: Value,
  loss: Loss,
): { readonly graph: Graph; readonly presented: Value } {
  const g = GraphBuilder.extend(graph);
  const presented = loss.present(g, prediction);
  return { presented, graph: g.finish() };
}
