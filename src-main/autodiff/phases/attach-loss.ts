// The loss is a few more forward nodes on top of the prediction.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { Graph } from '../../onnx/types.ts';
import type { AttachedLoss, Loss, Reduction } from '../losses/loss.ts';

export interface WithLoss extends AttachedLoss {
  readonly graph: Graph;
  /** What people want to see of the prediction: probabilities, or the values. */
  readonly presented: Value;
}

export function attachLoss(graph: Graph, prediction: Value, loss: Loss, reduction: Reduction): WithLoss {
  const g = GraphBuilder.extend(graph);
  const attached = loss.attach(g, prediction, reduction);
  const presented = loss.present(g, prediction);
  return { ...attached, presented, graph: g.finish() };
}

/** The same graph with other outputs. */
export function withOutputs(graph: Graph, names: readonly Value[]): Graph {
  const g = GraphBuilder.extend({ ...graph, outputs: [] });
  for (const name of names) g.output(name);
  return g.finish();
}
