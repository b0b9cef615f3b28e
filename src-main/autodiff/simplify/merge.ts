// Common subexpressions: two nodes with the same operator, inputs and attributes compute the same, so the second goes.
// Outputs that only the second asked for move to the first: a MaxPool wanted once for its values, once for its indices.

import { withSubgraphs } from '../../onnx/subgraphs.ts';
import type { Attributes, Graph, Node } from '../../onnx/types.ts';

/** undefined: not to be compared (subgraphs; operators that draw random numbers never get here). */
function keyOf(node: Node, attributes: Attributes): string | undefined {
  const parts = [node.domain, node.op, ...node.inputs];
  for (const [name, attribute] of Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (attribute.kind === 'graph' || attribute.kind === 'tensor') return undefined;
    parts.push(name, attribute.kind, JSON.stringify(attribute.value));
  }
  return JSON.stringify(parts);
}

const RANDOM = new Set([
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Bernoulli',
  'Multinomial',
  'Dropout',
]);

export const merge = (graph: Graph): Graph => mergeInside(graph, new Map(), new Set());

/** `renamed`: values that went, and which stand for them. `results`: values that a node must go on making, each its own. */
function mergeInside(graph: Graph, renamed: Map<string, string>, results: ReadonlySet<string>): Graph {
  const first = new Map<string, number>();
  const now = (name: string) => renamed.get(name) ?? name;
  const nodes: Node[] = [];
  for (const original of graph.nodes) {
    const node = {
      // The outputs of a graph inside a node are looked for by name in it, and must be different values.
      ...withSubgraphs(original, (inner) =>
        mergeInside(inner, renamed, new Set(inner.outputs.map(({ name }) => name))),
      ),
      inputs: original.inputs.map(now),
    };
    const key = RANDOM.has(node.op) ? undefined : keyOf(node, node.attributes);
    const at = key === undefined ? undefined : first.get(key);
    if (at === undefined || node.outputs.some((output) => results.has(output))) {
      if (key !== undefined && at === undefined) first.set(key, nodes.length);
      nodes.push(node);
      continue;
    }
    const outputs = [...nodes[at].outputs];
    node.outputs.forEach((output, index) => {
      if (!output) return;
      if (outputs[index]) renamed.set(output, outputs[index]);
      else outputs[index] = output;
    });
    nodes[at] = { ...nodes[at], outputs: Array.from(outputs, (output) => output ?? '') };
  }
  return { ...graph, nodes, outputs: graph.outputs.map((output) => ({ ...output, name: now(output.name) })) };
}
