// Graph → graph, node by node: what the phases after differentiation have in common. Graphs inside nodes are rewritten too,
// before the node they are in.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { withSubgraphs } from '../../onnx/subgraphs.ts';
import type { Graph, Node, ValueType } from '../../onnx/types.ts';

/**
 * Returns the values that stand for the node's outputs, or undefined to keep the node. Its inputs are already renamed;
 * `types` are those of its outputs.
 */
export type Visit = (
  g: GraphBuilder,
  node: Node,
  types: readonly (ValueType | undefined)[],
) => readonly Value[] | undefined;

/** Outputs keep their order; a replaced one changes its name. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const renamed = new Map<Value, Value>();
  const now = (value: Value) => renamed.get(value) ?? value;

  function walk(current: Graph, g: GraphBuilder): Graph {
    for (const original of current.nodes) {
      const inside = { outer: g, repeated: original.op !== 'If' };
      const node = {
        ...withSubgraphs(original, (inner) => walk(inner, GraphBuilder.interfaceOf(inner, inside))),
        inputs: original.inputs.map(now),
      };
      const types = original.outputs.map((output) => current.values.get(output));
      const replaced = visit(g, node, types);
      if (replaced) node.outputs.forEach((output, index) => output && renamed.set(output, replaced[index]));
      else g.copy(node, types);
    }
    for (const { name } of current.outputs) g.output(now(name));
    return g.finish();
  }
  return walk(graph, GraphBuilder.interfaceOf(graph));
}
