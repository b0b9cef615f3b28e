// A forward graph describes inference. Two operators act otherwise while training: BatchNormalization takes its
// statistics from the batch and keeps running ones, Dropout drops.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { floatOf, inputsOf, nodeError } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import { subgraphsOf } from '../../onnx/subgraphs.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { prune } from '../simplify/prune.ts';

export interface TrainMode {
  readonly graph: Graph;
  /** Running statistics and the values that replace them after a step. */
  readonly statistics: ReadonlyMap<Value, Value>;
  /** Inputs to fill with random bytes. */
  readonly random: readonly Value[];
}

/** Initializers that BatchNormalization nodes keep running statistics in. */
export function runningStatistics(graph: Graph): string[] {
  const names = graph.nodes.flatMap((node) =>
    node.op === 'BatchNormalization' && node.domain === '' ? [node.inputs[3], node.inputs[4]] : [],
  );
  return [...new Set(names)].filter((name) => graph.initializers.has(name));
}

/** running ← momentum·running + (1 − momentum)·batch, by the operator itself in its training form. */
function normalise(g: GraphBuilder, node: Node, statistics: Map<Value, Value>): void {
  const { input_mean, input_var } = inputsOf(node, 'BatchNormalization');
  // A layer that is used twice keeps its statistics once: each use goes on from the one before, as calls of PyTorch's module do.
  const before = [input_mean, input_var].map((name) => statistics.get(name) ?? name);
  const outputs = [node.outputs[0], g.unique(`${input_mean}/next`), g.unique(`${input_var}/next`)];
  g.copy({
    ...node,
    inputs: [...node.inputs.slice(0, 3), ...before],
    outputs,
    attributes: { ...node.attributes, training_mode: { kind: 'int', value: 1 } },
  });
  statistics.set(input_mean, outputs[1]);
  statistics.set(input_var, outputs[2]);
}

/**
 * Y = X·mask/(1 − p) (Srivastava et al. 2014). The mask compares a byte from outside with p·256: ONNX's own Dropout
 * has no WebGPU kernel, and a seed that cannot be checkpointed. So p in [0, 1) is rounded to a 256th, the last of them
 * staying below 1, and the scale goes by the rounded p; nothing is dropped where that is 0.
 */
function drop(g: GraphBuilder, node: Node): Value | undefined {
  const { data, ratio } = inputsOf(node, 'Dropout');
  const constant = ratio === undefined ? undefined : g.constantOf(ratio);
  if (ratio !== undefined && !constant) throw nodeError('unsupported_attribute', node, 'its ratio is not a constant');
  const p = constant ? numbersOf(constant)[0] : floatOf(node, 'ratio', 0.5);
  if (!(p >= 0 && p < 1)) throw nodeError('unsupported_attribute', node, `ratio=${p} is not in [0, 1)`);
  const threshold = Math.min(Math.round(p * 256), 255);
  const [output, mask] = node.outputs;
  if (mask) throw nodeError('unsupported_attribute', node, 'its mask is used');
  if (threshold === 0) {
    g.copy({ ...node, op: 'Identity', inputs: [data], attributes: {} });
    return undefined;
  }
  const { type, shape } = g.type(data);
  g.scope = node.name || output;
  const random = g.input(g.unique('random'), 'uint8', shape);
  const keep = g.cast(g.op('GreaterOrEqual', [g.cast(random, type), g.scalar(threshold, data)]), type);
  const scaled = g.scale(keep, 256 / (256 - threshold));
  g.scope = '';
  g.copy({ name: node.name, op: 'Mul', domain: '', inputs: [data, scaled], outputs: [output], attributes: {} });
  return random;
}

/** A mask, or statistics, of every step of a loop would have to come in and go out in stacks. */
function refuseInside(node: Node): void {
  for (const [, inner] of subgraphsOf(node)) {
    for (const each of inner.nodes) {
      if (each.domain === '' && (each.op === 'Dropout' || each.op === 'BatchNormalization')) {
        const where = `inside of ${node.op} "${node.name || node.outputs[0]}"`;
        throw nodeError('unsupported_model', each, `acts otherwise while training, which it cannot do ${where}`);
      }
      refuseInside(each);
    }
  }
}

/** `trained`: where given, a BatchNormalization that has none of these parameters stays as it is, and so do its statistics. */
export function trainMode(whole: Graph, trained?: readonly Value[]): TrainMode {
  // Files name outputs that nothing reads, a Dropout's mask among them.
  const graph = prune(whole);
  const g = GraphBuilder.interfaceOf(graph);
  const statistics = new Map<Value, Value>();
  const random: Value[] = [];
  for (const node of graph.nodes) {
    refuseInside(node);
    if (node.op === 'BatchNormalization' && node.domain === '') {
      const { scale, B, input_mean, input_var } = inputsOf(node, 'BatchNormalization');
      if (!trained || trained.includes(scale) || trained.includes(B)) normalise(g, node, statistics);
      else {
        g.copy(node);
        for (const name of [input_mean, input_var]) if (!statistics.has(name)) statistics.set(name, name);
      }
    } else if (node.op === 'Dropout' && node.domain === '') {
      const bytes = drop(g, node);
      if (bytes) random.push(bytes);
    } else g.copy(node);
  }
  for (const { name } of graph.outputs) g.output(name);
  return { graph: g.finish(), statistics, random };
}
