// Every value gets its type and shape. Before that, Constant nodes become initializers, parameters (and running
// statistics) become inputs, and the batch axis is bound to a number where one is given.

import { AtelierError } from '../../shared/errors.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { nodeError } from '../../onnx/node.ts';
import { int64s, tensor } from '../../onnx/tensors.ts';
import type { Graph, Node, Shape, Tensor } from '../../onnx/types.ts';

function constantOf(node: Node): Tensor {
  const { value, value_float, value_floats, value_int, value_ints } = node.attributes;
  if (value?.kind === 'tensor') return value.value;
  if (value_float?.kind === 'float') return tensor('float', [], [value_float.value]);
  if (value_floats?.kind === 'floats') return tensor('float', [value_floats.value.length], value_floats.value);
  if (value_int?.kind === 'int') return tensor('int64', [], [value_int.value]);
  if (value_ints?.kind === 'ints') return int64s(value_ints.value);
  throw nodeError('unsupported_attribute', node, Object.keys(node.attributes).join(', '));
}

export interface InferOptions {
  /** Initializers to feed from outside. */
  readonly open: readonly string[];
  /** The input whose first axis is the batch, and the size to give it. */
  readonly batch?: { readonly input: string; readonly size: number };
}

export function inferShapes(graph: Graph, { open, batch }: InferOptions): Graph {
  const symbol = batch && graph.inputs.find(({ name }) => name === batch.input)?.shape?.[0];
  const bind = (shape: Shape): Shape => (batch ? shape.map((dim) => (dim === symbol ? batch.size : dim)) : shape);

  const g = new GraphBuilder(graph.name);
  for (const { name, type, shape } of graph.inputs) {
    if (!shape) throw new AtelierError('unsupported_shape', `input "${name}" has no shape`);
    g.input(name, type, bind(shape));
  }
  for (const name of open) {
    const { type, shape } = graph.initializers.get(name)!;
    g.input(name, type, shape);
  }
  for (const [name, value] of graph.initializers) if (!open.includes(name)) g.initializer(name, value);
  for (const node of graph.nodes) {
    if (node.op === 'Constant' && node.domain === '') g.initializer(node.outputs[0], constantOf(node));
    else g.copy(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return g.finish();
}
