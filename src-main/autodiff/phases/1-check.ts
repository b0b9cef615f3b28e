// Is the forward model something that can be trained? Everything wrong with it is said here, before any work.

import { AtelierError } from '../../shared/errors.ts';
import { checkGraph } from '../../onnx/check.ts';
import { isFloatType } from '../../onnx/tensors.ts';
import type { Graph } from '../../onnx/types.ts';
import type { ForwardModel } from '../../onnx/forward-model.ts';

/** The opset that rules are written in, and the newest whose meaning they were checked against. */
export const OLDEST_OPSET = 18;
export const NEWEST_OPSET = 22;

export function opsetOf(forward: ForwardModel): number {
  const opset = forward.opset ?? OLDEST_OPSET;
  if (opset < OLDEST_OPSET || opset > NEWEST_OPSET) {
    throw new AtelierError('unsupported_opset', `opset ${opset}; ${OLDEST_OPSET} to ${NEWEST_OPSET} can be compiled`);
  }
  return opset;
}

export function check(forward: ForwardModel): Graph {
  const { graph, parameters, input, output } = forward;
  opsetOf(forward);
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
