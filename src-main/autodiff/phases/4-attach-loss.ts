// The loss is a few more forward nodes on top of the prediction.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';
import type { DataType, Graph } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { AttachedLoss, Loss, Reduction } from '../losses/loss.ts';
import type { ExtraTarget } from '../types.ts';

export interface WithLoss extends AttachedLoss {
  readonly graph: Graph;
  /** The input made for the target; some losses need none. */
  readonly target?: Value;
  /** Those made for what else it is to know of each sample. */
  readonly extras: readonly { readonly name: Value; readonly role: ExtraTarget }[];
}

export function attachLoss(graph: Graph, forward: ForwardModel, loss: Loss, reduction: Reduction): WithLoss {
  const g = GraphBuilder.extend(graph);
  let target: Value | undefined;
  const extras: { name: Value; role: ExtraTarget }[] = [];
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
      if (forward.target !== undefined) return ownTarget(g, forward.target, type);
      g.scope = '';
      target = g.input(g.unique('target'), type, shape);
      g.scope = 'loss';
      return target;
    },
    extra(role, type, shape) {
      g.scope = '';
      const name = g.input(g.unique(role), type, shape);
      g.scope = 'loss';
      extras.push({ name, role });
      return name;
    },
  });
  g.scope = '';
  const { correct, counted, ...others } = attached;
  // What is to match a value of the graph comes near it or not: nothing of it is right or wrong.
  const judged = forward.target === undefined ? { correct, counted } : {};
  return { ...others, ...judged, target, extras, graph: g.finish() };
}

function ownTarget(g: GraphBuilder, name: Value, type: DataType): Value {
  if (!g.outputs.some((output) => output.name === name)) {
    throw new AtelierError('invalid_model', `the graph has no output "${name}" to be the target`);
  }
  const own = g.type(name).type;
  if (own !== type)
    throw new AtelierError('unsupported_type', `the target "${name}" is ${own}, the loss wants ${type}`);
  return name;
}

/** float [batch]: for each sample the mean of (presented − target)² over its elements. */
export function squaredError(
  graph: Graph,
  presented: Value,
  target: Value,
): { readonly graph: Graph; readonly error: Value } {
  const g = GraphBuilder.extend(graph);
  g.scope = 'error';
  const difference = g.sub(presented, target);
  const axes = g.shape(difference).flatMap((_, axis) => (axis === 0 ? [] : [axis]));
  const error = g.reduceMean(g.mul(difference, difference), axes, false);
  g.scope = '';
  return { error, graph: g.finish() };
}

/** What people want to see of the prediction: probabilities, or the values; and what that is called. */
export function present(
  graph: Graph,
  prediction: Value,
  loss?: Loss,
): { readonly graph: Graph; readonly presented: Value; readonly as: string } {
  if (!loss) return { graph, presented: prediction, as: prediction };
  const g = GraphBuilder.extend(graph);
  const presented = loss.present ? loss.present.make(g, prediction) : g.op('Identity', [prediction]);
  return { presented, graph: g.finish(), as: loss.present?.as ?? prediction };
}
