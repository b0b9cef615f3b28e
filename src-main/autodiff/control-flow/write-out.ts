// Operators that do not show what their gradients need (an LSTM keeps its gates to itself) are written in others that do,
// where a gradient will pass. Values keep their names.

import type { Value } from '../../onnx/builder.ts';
import { inputsOf } from '../../onnx/node.ts';
import { isOperator, type Operator } from '../../onnx/operators.ts';
import { readsOf, subgraphsOf } from '../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { gradients } from '../gradients/index.ts';
import type { Gradient, WriteContext, WrittenOut } from '../gradients/rule.ts';
import { rewrite } from '../phases/rewrite.ts';

function writtenOut({ op, domain }: Node): WrittenOut<Operator> | undefined {
  const gradient = domain === '' && isOperator(op) ? (gradients[op] as Gradient<Operator>) : undefined;
  return typeof gradient === 'object' && 'write' in gradient ? gradient : undefined;
}

const contains = (nodes: readonly Node[]): boolean =>
  nodes.some((node) => writtenOut(node) !== undefined || subgraphsOf(node).some(([, inner]) => contains(inner.nodes)));

/** `active`: values that lead from a parameter to the loss. */
export function writeOut(graph: Graph, active: ReadonlySet<Value>): Graph {
  if (!contains(graph.nodes)) return graph;
  return rewrite(graph, (g, node) => {
    const operator = writtenOut(node);
    // What is active inside of other nodes is not known yet.
    if (!operator || (!g.outer && !readsOf(node).some((value) => active.has(value)))) return undefined;
    g.scope = node.name || node.outputs.find(Boolean)!;
    const values = operator.write({ g, node, inputs: inputsOf(node, node.op as Operator) } as WriteContext<Operator>);
    g.scope = '';
    node.outputs.forEach((output, index) => output && g.alias(output, values[index]!));
    return node.outputs;
  });
}
