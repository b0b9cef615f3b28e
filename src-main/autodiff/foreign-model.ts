// A model made elsewhere as something to train: which output is learned, and which of its numbers are weights. The file
// does not say; what people nearly always mean is worked out here, and can be said with a pattern instead.

import { AtelierError } from '../shared/errors.ts';
import type { ForwardModel } from '../onnx/forward-model.ts';
import { isOperator } from '../onnx/operators.ts';
import { isFloatType } from '../onnx/tensors.ts';
import type { Graph, Model, Node } from '../onnx/types.ts';
import { BASE_OPSET, upgradeGraph } from '../onnx/upgrade.ts';
import { subgraphsOf } from '../onnx/subgraphs.ts';
import { widen } from '../onnx/widen.ts';
import { gradients } from './gradients/index.ts';
import { inferShapes } from './phases/2-infer-shapes.ts';
import { runningStatistics } from './phases/3-train-mode.ts';
import { settle } from './control-flow/settle.ts';

export interface ForeignOptions {
  /** Names of the initializers to train. Left out: every float one of at least one axis that the output follows smoothly. */
  readonly trainable?: RegExp;
  /** The output to learn; the first when left out. */
  readonly output?: string;
}

/** Inputs that set how an operator works, though they are float initializers. */
const settings: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [3, 4],
  Clip: [1, 2],
  Dropout: [1, 2],
  OneHot: [1, 2],
  Pad: [1, 2, 3],
  Pow: [1],
  Range: [0, 1, 2],
  Resize: [1, 2, 3],
};

export interface ForeignModel {
  readonly forward: ForwardModel;
  /** Initializers that match the pattern, but that the output does not follow: they stay as they are. */
  readonly unused: readonly string[];
}

/** Errors: invalid_model, unsupported_opset, no_parameters. */
export function foreignModel(model: Model, { trainable, output }: ForeignOptions = {}): ForeignModel {
  const opset = model.opsets[''] ?? BASE_OPSET;
  // Weights may stand inside of a loop's body, too.
  const graph = settle(widen(upgradeGraph(model.graph, opset)));
  const learned = output ?? graph.outputs[0]?.name;
  if (learned === undefined || !graph.outputs.some(({ name }) => name === learned)) {
    const names = graph.outputs.map(({ name }) => `"${name}"`).join(', ');
    throw new AtelierError('invalid_model', `The model has no output "${learned}". Its outputs: ${names || 'none'}.`);
  }
  if (graph.inputs.length === 0) throw new AtelierError('invalid_model', 'The model has no input.');
  const batched = graph.inputs.find(({ shape }) => typeof shape?.[0] === 'string') ?? graph.inputs[0];
  const { parameters, unused } = parametersOf(graph, learned, trainable);
  const forward = { graph, opset: Math.max(opset, BASE_OPSET), parameters, input: batched.name, output: learned };
  return { forward, unused };
}

interface Parameters {
  readonly parameters: readonly string[];
  readonly unused: readonly string[];
}

function parametersOf(graph: Graph, output: string, trainable: RegExp | undefined): Parameters {
  const statistics = new Set(runningStatistics(graph));
  const float = [...graph.initializers].filter(([name, { type }]) => isFloatType(type) && !statistics.has(name));
  // Branches that sizes and constants rule out lead nowhere.
  const reached = followed(inferShapes(graph, { open: [] }), [output]);
  const wanted = float
    .filter(([name, { shape }]) => (trainable ? trainable.test(name) : shape.length > 0))
    .map(([name]) => name);
  const parameters = wanted.filter((name) => reached.has(name));
  if (parameters.length > 0)
    return { parameters, unused: trainable ? wanted.filter((name) => !reached.has(name)) : [] };
  const names = float.slice(0, 8).map(([name]) => `"${name}"`);
  throw new AtelierError(
    'no_parameters',
    `Nothing to train: ${trainable ? `no float initializer that the output follows has a name that matches ${String(trainable)}` : 'the output follows from no float initializer'}. Float initializers: ${names.join(', ') || 'none'}${float.length > 8 ? ', …' : ''}.`,
  );
}

/** Every value that the outputs change with, little by little. */
function followed(graph: Graph, outputs: readonly string[]): Set<string> {
  const found = new Set(outputs);
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => found.has(name)) || stops(node)) continue;
    node.inputs.forEach((name, index) => {
      if (name && !settings[node.op]?.includes(index)) found.add(name);
    });
    for (const [, inner] of subgraphsOf(node)) {
      const results = inner.outputs.map(({ name }) => name);
      for (const name of followed(inner, results)) found.add(name);
    }
  }
  return found;
}

const stops = ({ op, domain }: Node): boolean => domain === '' && isOperator(op) && gradients[op] === 'zero';
