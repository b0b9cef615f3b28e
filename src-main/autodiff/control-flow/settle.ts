// What phases/2-infer-shapes does to the graphs inside nodes before it looks at types: no two values of the model share a
// name (two branches of an If may, in a file), constants stand outside, where every graph sees them, and every output of a
// body has a name outside.

import { nodeError } from '../../onnx/node.ts';
import { freeNames, withSubgraphs } from '../../onnx/subgraphs.ts';
import { int64s, tensor } from '../../onnx/tensors.ts';
import type { Graph, Node, Tensor, ValueInfo } from '../../onnx/types.ts';

export const isConstant = ({ op, domain }: Node): boolean => op === 'Constant' && domain === '';

export function constantOf(node: Node): Tensor {
  const { value, value_float, value_floats, value_int, value_ints } = node.attributes;
  if (value?.kind === 'tensor') return value.value;
  if (value_float?.kind === 'float') return tensor('float', [], [value_float.value]);
  if (value_floats?.kind === 'floats') return tensor('float', [value_floats.value.length], value_floats.value);
  if (value_int?.kind === 'int') return tensor('int64', [], [value_int.value]);
  if (value_ints?.kind === 'ints') return int64s(value_ints.value);
  throw nodeError('unsupported_attribute', node, Object.keys(node.attributes).join(', '));
}

const ownNames = ({ inputs, initializers, nodes }: Graph): string[] => [
  ...inputs.map(({ name }) => name),
  ...initializers.keys(),
  ...nodes.flatMap(({ outputs }) => outputs.filter(Boolean)),
];

export function settle(graph: Graph): Graph {
  const taken = new Set(ownNames(graph));
  const constants = new Map(graph.initializers);

  const free = freeNames(taken);

  /** The node with a name for every output of its body: one left out would be another thing to think of everywhere. */
  function complete(node: Node): Node {
    const body = node.attributes.body ?? node.attributes.then_branch;
    if (body?.kind !== 'graph' || node.domain !== '') return node;
    const count = body.value.outputs.length - (node.op === 'Loop' ? 1 : 0);
    const label = node.name || node.op;
    const outputs = Array.from({ length: count }, (_, i) => node.outputs[i] || free(`${label}/output${i}`));
    return { ...node, outputs: node.outputs.length > count ? node.outputs : outputs };
  }

  function inner(body: Graph, outside: (name: string) => string): Graph {
    const renamed = new Map(ownNames(body).map((name) => [name, free(name)]));
    const now = (name: string): string => name && (renamed.get(name) ?? outside(name));
    const info = (value: ValueInfo): ValueInfo => ({ ...value, name: now(value.name) });
    for (const [name, value] of body.initializers) constants.set(now(name), value);
    for (const node of body.nodes.filter(isConstant)) constants.set(now(node.outputs[0]), constantOf(node));
    return {
      name: body.name,
      inputs: body.inputs.map(info),
      outputs: body.outputs.map(info),
      initializers: new Map(),
      nodes: body.nodes
        .filter((node) => !isConstant(node))
        .map((node) =>
          complete({
            ...withSubgraphs(node, (deeper) => inner(deeper, now)),
            inputs: node.inputs.map(now),
            outputs: node.outputs.map(now),
          }),
        ),
      values: new Map(),
    };
  }

  const nodes = graph.nodes.map((node) => complete(withSubgraphs(node, (body) => inner(body, (name) => name))));
  return { ...graph, nodes, initializers: constants };
}
