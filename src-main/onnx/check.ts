// Is this a graph at all? Names made once and before use, operators that exist, inputs in the numbers ONNX asks for.

import { AtelierError } from '../shared/errors.ts';
import { graphOf, nodeError } from './node.ts';
import { signatureOf } from './operators.ts';
import type { Graph, Node } from './types.ts';

function checkArity(node: Node): void {
  if (node.domain !== '') return;
  const signature = signatureOf(node.op);
  if (!signature) throw nodeError('unknown_operator', node, 'ONNX has no such operator');
  for (const side of ['inputs', 'outputs'] as const) {
    const parameters = signature[side];
    const given = node[side];
    const most = parameters.some(({ variadic }) => variadic) ? Infinity : parameters.length;
    if (given.length > most) throw nodeError('invalid_model', node, `${given.length} ${side}, at most ${most} allowed`);
    parameters.forEach(({ name, optional, variadic }, index) => {
      if (!optional && !variadic && !given[index]) throw nodeError('invalid_model', node, `lacks ${name}`);
    });
  }
}

/** Errors: invalid_model, unknown_operator. `outer`: names that a subgraph may capture. */
export function checkGraph(graph: Graph, outer: ReadonlySet<string> = new Set()): void {
  const names = new Set(outer);
  const own = new Set<string>();
  const define = (name: string) => {
    if (own.has(name)) throw new AtelierError('invalid_model', `two values are named "${name}"`);
    own.add(name);
    names.add(name);
  };
  for (const { name } of graph.inputs) define(name);
  for (const name of graph.initializers.keys()) define(name);
  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    checkArity(node);
    for (const input of node.inputs) {
      if (input === '' || names.has(input)) continue;
      // Values that are made, only later, mean a wrong order or a cycle; both are invalid in a file.
      const why = produced.has(input) ? 'is used before it is made' : 'is made nowhere';
      throw nodeError('invalid_model', node, `its input "${input}" ${why}`);
    }
    for (const [name, attribute] of Object.entries(node.attributes)) {
      if (attribute.kind === 'graph') checkGraph(graphOf(node, name)!, names);
    }
    for (const output of node.outputs) if (output) define(output);
  }
  for (const { name } of graph.outputs) {
    if (!names.has(name)) throw new AtelierError('invalid_model', `the output "${name}" is made nowhere`);
  }
}
