// Graph → graph, node by node: what the phases after differentiation have in common.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { Graph, Node } from '../../onnx/types.ts';

/** Returns the values that stand for the node's outputs, or undefined to keep the node. Its inputs are already renamed. */
export type Visit = (g: GraphBuilder, node: Node) => readonly Value[] | undefined;

/** Outputs keep their order; a replaced one changes its name. */
export function rewrite(graph: Graph, visit: Visit): Graph {
  const g = GraphBuilder.interfaceOf(graph);
  const renamed = new Map<Value, Value>();
  const now = (value: Value) => renamed.get(value) ?? value;
  for (const node of graph.nodes) {
    const current = { ...node, inputs: node.inputs.map(now) };
    const replaced = visit(g, current);
    if (replaced) node.outputs.forEach((output, index) => output && renamed.set(output, replaced[index]));
    else
      g.copy(
        current,
        node.outputs.map((output) => graph.values.get(output)),
      );
  }
  for (const { name } of graph.outputs) g.output(now(name));
  return g.finish();
}
