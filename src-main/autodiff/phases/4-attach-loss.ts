// The loss is a few more forward nodes on top of the prediction.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import type { Graph } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { AttachedLoss, Loss, Reduction } from '../losses/loss.ts';

export interface WithLoss extends AttachedLoss {
  readonly graph: Graph;
  /** The input made for the target; some losses need none. */
  readonly target?: Value;
}

export function attachLoss(graph: Graph, forward: ForwardModel, loss: Loss, reduction: Reduction): WithLoss {
  const g = GraphBuilder.extend(graph);
  let target: Value | undefined;
  g.scope = 'loss';
  const attached = loss.attach({
    g,
    prediction: forward.output,
    input: forward.input,
    reduction,
    output(name) {
      if (graph.outputs.some((output) => output.name === name)) return name;
      throw new AtelierError('invalid_options', `outputs=${name}: the graph has no such output`);
    },
    target(type, shape) {
      g.scope = '';
      target = g.input(g.unique('target'), type, shape);
      g.scope = 'loss';
      return target;
    },
  });
  g.scope = '';
  return { ...attached, target, graph: g.finish() };
}

/** What people want to see of the prediction: probabilities, or the values; and what that is called. */
export function present(
  graph: Graph,
  prediction: Value,
  loss: Loss,
): { readonly graph: Graph; readonly presented: Value; readonly as: string } {
  const g = GraphBuilder.extend(graph);
  const presented = loss.present ? loss.present.make(g, prediction) : g.op('Identity', [prediction]);
  return { presented, graph: g.finish(), as: loss.present?.as ?? prediction };
}
