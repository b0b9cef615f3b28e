// What stands between blocked convolutions: a change of layout there and back goes, a Relu joins the convolution before it.

import type { Value } from '../../../onnx/builder.ts';
import { subgraphsOf } from '../../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../../onnx/types.ts';
import { rewrite } from '../../phases/rewrite.ts';
import { isReorder, NCHWC, outOfBlocks } from './blocks.ts';

export function joinBlocks(graph: Graph): Graph {
  const uses = usesOf(graph);
  const made = new Map<Value, Node>();
  const alone = (value: Value): Node | undefined => (uses.get(value) === 1 ? made.get(value) : undefined);
  return rewrite(graph, (g, node) => {
    const [x] = node.inputs;
    if (isReorder(node, 'ReorderInput') && isReorder(made.get(x), 'ReorderOutput')) return [made.get(x)!.inputs[0]];
    if (node.op === 'Relu' && node.domain === '') {
      const reorder = alone(x);
      const conv = isReorder(reorder, 'ReorderOutput') ? alone(reorder.inputs[0]) : undefined;
      if (conv?.op === 'Conv' && !conv.attributes.activation) {
        const attributes = { ...conv.attributes, activation: 'Relu' };
        const types = [g.type(conv.outputs[0])];
        const [y] = g.node('Conv', conv.inputs, attributes, { domain: NCHWC, types });
        const result = outOfBlocks(g, y, g.shape(x)[1] as number);
        made.set(result, g.nodes.at(-1)!);
        return [result];
      }
    }
    if (node.domain === NCHWC) made.set(node.outputs[0], node);
    return undefined;
  });
}

/** How often each value is read, graphs inside nodes and the outputs included. */
function usesOf(graph: Graph, uses = new Map<Value, number>()): Map<Value, number> {
  const read = (name: Value) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) {
    node.inputs.forEach(read);
    for (const [, inner] of subgraphsOf(node)) usesOf(inner, uses);
  }
  for (const { name } of graph.outputs) read(name);
  return uses;
}
