// Dead code: nodes and constants that no output needs. Names that subgraphs capture count as needed.

import { signatureOf } from '../../onnx/operators.ts';
import type { Graph, Node } from '../../onnx/types.ts';

function captured(node: Node): string[] {
  return Object.values(node.attributes).flatMap((attribute) => {
    if (attribute.kind !== 'graph') return [];
    const { nodes, outputs } = attribute.value;
    return [...nodes.flatMap((inner) => [...inner.inputs, ...captured(inner)]), ...outputs.map(({ name }) => name)];
  });
}

/** An optional output that nobody reads need not be computed. Others keep their places: Split must have all its parts. */
function withoutUnread(node: Node, needed: ReadonlySet<string>): string[] {
  const parameters = node.domain === '' ? signatureOf(node.op)?.outputs : undefined;
  const outputs = node.outputs.map((output, index) =>
    parameters?.[index]?.optional && index > 0 && !needed.has(output) ? '' : output,
  );
  while (outputs.at(-1) === '') outputs.pop();
  return outputs;
}

export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push({ ...node, outputs: withoutUnread(node, needed) });
    for (const name of [...node.inputs, ...captured(node)]) needed.add(name);
  }
  nodes.reverse();
  const live = new Set(nodes.flatMap(({ outputs }) => outputs));
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    values: new Map([...graph.values].filter(([name]) => live.has(name))),
  };
}
