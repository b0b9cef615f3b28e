// Every value gets its type and shape. Before that, Constant nodes become initializers, parameters (and running
// statistics) become inputs, and the batch axis is bound to a number where one is given. An If whose condition is known by
// then gives way to the branch it takes.

import { AtelierError } from '../../shared/errors.ts';
import { ifOf, loopOf } from '../../onnx/control-flow.ts';
import { GraphBuilder, type Inside } from '../../onnx/builder.ts';
import { changingState, loopBodyInputs, scanBodyInputs } from '../../onnx/shapes/control-flow.ts';
import { renameValues, withSubgraphs } from '../../onnx/subgraphs.ts';
import { scalar } from '../../onnx/tensors.ts';
import type { Graph, Node, Shape, ValueType } from '../../onnx/types.ts';
import { isBatchFirst, withBatchSecond } from '../recurrent/batch-first.ts';
import { Sequences } from '../control-flow/sequences.ts';
import { constantOf, isConstant, settle } from '../control-flow/settle.ts';

export interface InferOptions {
  /** Initializers to feed from outside. */
  readonly open: readonly string[];
  /** The input whose first axis is the batch, and the size to give it. */
  readonly batch?: { readonly input: string; readonly size: number };
}

export function inferShapes(original: Graph, { open, batch }: InferOptions): Graph {
  const graph = settle(original);
  const symbol = batch && graph.inputs.find(({ name }) => name === batch.input)?.shape?.[0];
  // A size that is a number already stays one: other axes may happen to be as long.
  const bind = (shape: Shape): Shape =>
    typeof symbol === 'string' ? shape.map((dim) => (dim === symbol ? batch!.size : dim)) : shape;

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
  const sequences = new Sequences();
  for (const node of graph.nodes) place(g, node, sequences);
  for (const { name } of graph.outputs) g.output(name);
  return g.finish();
}

function place(g: GraphBuilder, node: Node, sequences: Sequences): void {
  if (sequences.place(g, node)) return;
  if (isConstant(node)) g.initializer(node.outputs[0], constantOf(node));
  else if (node.domain === '' && node.op === 'If') placeIf(g, node, sequences);
  else if (node.domain === '' && node.op === 'Scan') placeScan(g, node, sequences);
  else if (node.domain === '' && node.op === 'Loop') placeLoop(g, node, sequences);
  else if (isBatchFirst(node)) placeBatchFirst(g, node);
  else g.copy(node);
}

/** `graph` as it is inside a node, its inputs being of these types. */
function typed(graph: Graph, inputs: readonly ValueType[], inside: Inside, sequences: Sequences): Graph {
  const g = new GraphBuilder(graph.name, inside);
  graph.inputs.forEach(({ name }, i) => g.input(name, inputs[i].type, inputs[i].shape));
  for (const node of graph.nodes) place(g, node, sequences);
  for (const { name } of graph.outputs) g.output(name);
  return g.finish();
}

function placeIf(g: GraphBuilder, node: Node, sequences: Sequences): void {
  const { then, otherwise } = ifOf(node);
  const [taken] = g.type(node.inputs[0]).elements ?? [];
  if (typeof taken !== 'number') {
    g.copy(withSubgraphs(node, (branch) => typed(branch, [], { outer: g, repeated: false }, sequences)));
    return;
  }
  const branch = taken === 0 ? otherwise : then;
  for (const inner of branch.nodes) place(g, inner, sequences);
  node.outputs.forEach((output, i) => {
    const { name } = branch.outputs[i];
    if (sequences.has(name)) sequences.name(output, name);
    else if (output) g.alias(output, name);
  });
}

function placeBatchFirst(g: GraphBuilder, node: Node): void {
  g.scope = node.name || node.outputs.find(Boolean)!;
  const outputs = withBatchSecond(g, node, ({ op, inputs, attributes }) =>
    g.node(op, inputs, attributes, { outputs: node.outputs.map((output) => output && op) }),
  );
  g.scope = '';
  node.outputs.forEach((output, i) => output && g.alias(output, outputs[i]!));
}

function placeScan(g: GraphBuilder, node: Node, sequences: Sequences): void {
  const inputs = scanBodyInputs(node, (name) => g.type(name));
  g.copy(withSubgraphs(node, (body) => typed(body, inputs, { outer: g, repeated: true }, sequences)));
}

function placeLoop(g: GraphBuilder, given: Node, sequences: Sequences): void {
  const original = sequences.stacking(given, (hint) => g.unique(hint));
  // The body runs only while the condition holds.
  const always = g.constant(scalar('bool', 1));
  const { before } = loopOf(original);
  const node = withSubgraphs(original, (body) => ({
    ...renameValues(body, (name) => (name === before ? always : name)),
    inputs: body.inputs,
  }));
  let inputs = loopBodyInputs(node, (name) => g.type(name));
  for (;;) {
    const settled = withSubgraphs(node, (body) => typed(body, inputs, { outer: g, repeated: true }, sequences));
    const { states, body } = loopOf(settled);
    const changed = states.map(({ input }, i) => {
      const { type, shape } = body.outputs[i + 1];
      return changingState(node, input, inputs[i + 2], { type, shape: shape! });
    });
    if (changed.every((type) => type === undefined)) return g.copy(settled);
    inputs = inputs.map((type, i) => changed[i - 2] ?? type);
  }
}
