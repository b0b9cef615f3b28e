// Forward operators in float64, written as naively as their definitions, as the truth that gradients are checked
// against. Shares nothing with the compiler but the graph types.

import type { Graph, Tensor } from '../../src-main/onnx/types.ts';
import { type Array64, fromTensor, type ReferenceOperators, type RunSubgraph } from './reference/array.ts';
import { attentions } from './reference/attention.ts';
import { basic } from './reference/basic.ts';
import { controlFlow } from './reference/control-flow.ts';
import { einsums } from './reference/einsum.ts';
import { elementwise } from './reference/elementwise.ts';
import { indexing } from './reference/indexing.ts';
import { losses } from './reference/losses.ts';
import { movement } from './reference/movement.ts';
import { normalisation } from './reference/normalisation.ts';
import { recurrence } from './reference/recurrent.ts';
import { reductions } from './reference/reductions.ts';
import { spatial } from './reference/spatial.ts';

export { array, type Array64, fromTensor } from './reference/array.ts';

const operators: ReferenceOperators = {
  ...basic,
  ...controlFlow,
  ...recurrence,
  ...spatial,
  ...normalisation,
  ...attentions,
  ...einsums,
  ...elementwise,
  ...indexing,
  ...losses,
  ...movement,
  ...reductions,
};

const constants = new WeakMap<Tensor, Array64>();
function constant(tensor: Tensor): Array64 {
  let found = constants.get(tensor);
  if (!found) constants.set(tensor, (found = fromTensor(tensor)));
  return found;
}

/**
 * Every value of the graph, by name. What is fed of them is taken as it is, and what leads to it is not computed. `kept`: what a
 * value of fewer bits keeps of what was computed for it.
 */
export function evaluateGraph(
  graph: Graph,
  feeds: ReadonlyMap<string, Array64>,
  kept = (_name: string, value: Array64): Array64 => value,
): Map<string, Array64> {
  const values = new Map(feeds);
  for (const [name, tensor] of graph.initializers) if (!values.has(name)) values.set(name, constant(tensor));
  const run: RunSubgraph = (inner, inputs) => {
    const fed = inner.inputs.map(({ name }, index) => [name, inputs[index]] as const);
    const results = evaluateGraph(inner, new Map([...values, ...fed]), kept);
    return inner.outputs.map(({ name }) => results.get(name)!);
  };
  for (const node of graph.nodes) {
    if (node.outputs.every((output) => values.has(output) || !output)) continue;
    const operator = operators[node.op];
    if (!operator) throw new Error(`the reference has no ${node.op}`);
    const results = operator(
      node,
      node.inputs.map((name) => (name ? values.get(name) : undefined)),
      run,
    );
    node.outputs.forEach((output, index) => output && values.set(output, kept(output, results[index])));
  }
  return values;
}

/** The names of what does not depend on one of the values. */
export function independentOf(graph: Graph, name: string): Set<string> {
  const dependent = new Set([name]);
  const independent = new Set<string>();
  for (const { inputs, outputs, attributes } of graph.nodes) {
    // A body may read anything around it.
    const body = Object.values(attributes).some(({ kind }) => kind === 'graph');
    const into = body || inputs.some((input) => dependent.has(input)) ? dependent : independent;
    for (const output of outputs) into.add(output);
  }
  return independent;
}
