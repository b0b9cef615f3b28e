// Conv → Relu → MaxPool is every convolutional network. Where a window's maximum P came through the Relu, the Relu's mask
// at that place is just P > 0; everywhere else the pool's gradient is 0 already. So
//   ReluGrad(MaxPoolGrad(dP, Y, P), Y)  =  MaxPoolGrad(ReluGrad(dP, P), Y, P)
// and the mask is made at the pooled size, a quarter of the work for 2×2.

import { ABSTRACT } from '../../onnx/builder.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { rewrite } from '../phases/rewrite.ts';

export function maskAfterPooling(graph: Graph): Graph {
  const producers = new Map<string, Node>();
  const uses = new Map<string, number>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const read of readsOf(node)) uses.set(read, (uses.get(read) ?? 0) + 1);
  }
  return rewrite(graph, (g, node) => {
    if (node.domain !== ABSTRACT || node.op !== 'ReluGrad') return undefined;
    const [gradient, Y] = node.inputs;
    const pool = producers.get(gradient);
    if (pool?.domain !== ABSTRACT || pool.op !== 'MaxPoolGrad' || uses.get(gradient) !== 1) return undefined;
    const [dP, X, P] = pool.inputs;
    if (X !== Y) return undefined;
    g.scope = node.name;
    const masked = g.abstract('ReluGrad', [dP, P], dP);
    const result = g.abstract('MaxPoolGrad', [masked, X, P], X, pool.attributes);
    g.scope = '';
    return [result];
  });
}
