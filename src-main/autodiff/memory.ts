// How much memory a compiled step takes, from its graph alone: nothing is opened or computed. What a runtime adds (rounding, buffers
// of its kernels, a second plan) is not in here.

import { isStatic } from '../onnx/dims.ts';
import { readsOf, subgraphsOf } from '../onnx/subgraphs.ts';
import { dataTypes, sizeOf } from '../onnx/tensors.ts';
import type { Graph, Node, ValueType } from '../onnx/types.ts';
import { inferShapes } from './phases/2-infer-shapes.ts';
import type { TrainingStep } from './types.ts';

/** Bytes. */
export interface StepMemory {
  readonly parameters: number;
  /** What else goes from step to step: optimizer state, running statistics. */
  readonly state: number;
  /** The most that is alive at once inside of a step, in the order in which the nodes stand. */
  readonly activations: number;
}

/** Of one step on so many samples. Sizes that only a run knows count as nothing. */
export function stepMemory(
  { model, inputs, parameters, state }: Pick<TrainingStep, 'model' | 'inputs' | 'parameters' | 'state'>,
  batch: number,
): StepMemory {
  const data = inputs.find(({ role }) => role === 'data')?.name;
  const graph = inferShapes(model.graph, {
    open: [],
    batch: data === undefined ? undefined : { input: data, size: batch },
  });
  const bytes = (values: readonly { type: ValueType['type']; shape: readonly number[] }[]): number =>
    values.reduce((sum, value) => sum + bytesOf(value), 0);
  return { parameters: bytes(parameters), state: bytes(state), activations: mostAlive(graph) };
}

function bytesOf({ type, shape }: Pick<ValueType, 'type' | 'shape'>): number {
  return isStatic(shape) ? sizeOf(shape) * (dataTypes[type].array?.BYTES_PER_ELEMENT ?? 0) : 0;
}

/** Their output is their input's memory under another shape. */
const views: ReadonlySet<string> = new Set(['Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/** What the graph is given, and what it keeps for good, is not of its own making. */
function mostAlive(graph: Graph): number {
  const lastRead = new Map<string, number>();
  graph.nodes.forEach((node, i) => readsOf(node).forEach((name) => lastRead.set(name, i)));
  for (const { name } of graph.outputs) lastRead.set(name, graph.nodes.length);

  /** Memory, with the number of names that still hold it. */
  const buffers = new Map<string, { bytes: number; names: number }>();
  let [alive, most] = [0, 0];
  const release = (name: string): void => {
    const buffer = buffers.get(name);
    if (!buffer) return;
    buffers.delete(name);
    if (--buffer.names === 0) alive -= buffer.bytes;
  };
  graph.nodes.forEach((node, i) => {
    const dying = new Set(readsOf(node).filter((name) => lastRead.get(name) === i));
    const inner = subgraphsOf(node).reduce((sum, [, body]) => Math.max(sum, mostAlive(body)), 0);
    for (const output of node.outputs.filter(Boolean)) {
      const value = graph.values.get(output);
      const bytes = value ? bytesOf(value) : 0;
      const shared = views.has(node.op) ? buffers.get(node.inputs[0]) : takenOver(node, bytes, dying, buffers);
      if (shared) shared.names++;
      else alive += bytes;
      buffers.set(output, shared ?? { bytes, names: 1 });
    }
    most = Math.max(most, alive + inner);
    for (const name of [...dying, ...node.outputs.filter((output) => output && !lastRead.has(output))]) release(name);
  });
  return most;
}

/** An element-by-element operator writes over an input of the same size that nobody reads any more. */
function takenOver(
  node: Node,
  bytes: number,
  dying: ReadonlySet<string>,
  buffers: ReadonlyMap<string, { bytes: number; names: number }>,
): { bytes: number; names: number } | undefined {
  if (!inPlace.has(node.op)) return undefined;
  const free = node.inputs.find(
    (name) => dying.has(name) && buffers.get(name)?.names === 1 && buffers.get(name)?.bytes === bytes,
  );
  return free === undefined ? undefined : buffers.get(free);
}

const inPlace: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Exp',
  'Log',
  'Sqrt',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Clip',
  'Sum',
]);
