// Is the forward model something that can be trained? Everything wrong with it is said here, before any work.

import { AtelierError } from '../../shared/errors.ts';
import { checkGraph } from '../../onnx/check.ts';
import { isFloatType } from '../../onnx/tensors.ts';
import { BASE_OPSET, OLDEST_OPSET, upgradeGraph } from '../../onnx/upgrade.ts';
import type { Graph } from '../../onnx/types.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';

/** The newest opset whose meaning the rules were checked against. */
const NEWEST_OPSET = 23;

/** The opset of what is made from a forward model: its own, or the base that older ones are brought up to. */
export function opsetOf({ opset = BASE_OPSET }: ForwardModel): number {
  if (opset > NEWEST_OPSET) {
    throw new AtelierError(
      'unsupported_opset',
      `The model is of opset ${opset}; ${OLDEST_OPSET} to ${NEWEST_OPSET} can be compiled. Export it for one of those.`,
    );
  }
  return Math.max(opset, BASE_OPSET);
}

export function check(forward: ForwardModel): Graph {
  const { parameters, input, output } = forward;
  opsetOf(forward);
  const graph = upgradeGraph(forward.graph, forward.opset ?? BASE_OPSET);
  checkGraph(graph);
  if (!graph.inputs.some(({ name }) => name === input)) {
    throw new AtelierError('invalid_model', `the graph has no input "${input}"`);
  }
  if (!graph.outputs.some(({ name }) => name === output)) {
    throw new AtelierError('invalid_model', `the graph has no output "${output}"`);
  }
  for (const name of parameters) {
    const value = graph.initializers.get(name);
    if (!value) throw new AtelierError('invalid_model', `parameter "${name}" is not an initializer`);
    if (!isFloatType(value.type)) throw new AtelierError('unsupported_type', `parameter "${name}" is ${value.type}`);
  }
  return graph;
}
