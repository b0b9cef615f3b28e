// What flows back through a normalisation into a convolution comes as t·f, with a number f for each channel. All that the
// convolution makes of it is linear, so f may meet the weights and what becomes of them instead of the pictures:
//   ConvInputGrad(t·f, W) = ConvInputGrad(t, f·W),   ConvWeightGrad(t·f, X) = f·ConvWeightGrad(t, X),   Σ t·f = f·Σ t
// A pass over all pictures less for each normalisation.

import { ABSTRACT, type GraphBuilder, type Value } from '../../onnx/builder.ts';
import { typeIn } from '../../onnx/graph.ts';
import { axesOf, intOf } from '../../onnx/node.ts';
import { readsOf } from '../../onnx/subgraphs.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { Graph, Node, Shape } from '../../onnx/types.ts';
import { rewrite } from '../phases/rewrite.ts';
import { typicalSize } from '../typical-size.ts';

interface Product {
  readonly t: Value;
  readonly f: Value;
}

export function scalePastConvolutions(graph: Graph): Graph {
  const readers = new Map<Value, Node[]>();
  for (const node of graph.nodes) {
    for (const read of new Set(readsOf(node))) readers.set(read, [...(readers.get(read) ?? []), node]);
  }
  const results = new Set(graph.outputs.map(({ name }) => name));
  const shapeOf = (value: Value) => typeIn(graph, value).shape;

  /** Whether all that is made of a product can be made of t, for less than a pass over it. */
  const canWait = (product: Value): boolean => {
    const by = readers.get(product) ?? [];
    const convolutions = by.filter((node) => isConvolutionOf(node, product));
    if (results.has(product) || convolutions.length === 0) return false;
    if (by.some((node) => !convolutions.includes(node) && !isChannelSum(graph, node))) return false;
    const weights = convolutions.map((node) => typicalSize(shapeOf(weightsOf(node))));
    return 2 * weights.reduce((sum, size) => sum + size, 0) < typicalSize(shapeOf(product));
  };

  const waiting = new Map<Value, Product>();
  return rewrite(graph, (g, node) => {
    // Looked for on the outermost level only, where convolutions are.
    if (g.outer) return undefined;
    const [output] = node.outputs;
    if (node.op === 'Mul' && node.domain === '') {
      const product = productOf(g, node);
      if (product && canWait(output)) waiting.set(output, product);
      return undefined;
    }
    const product = waiting.get(node.inputs[0]);
    if (!product) return undefined;
    g.scope = node.name;
    const result = ofProduct(g, node, product);
    g.scope = '';
    return [result];
  });
}

const isConvolutionOf = ({ domain, op, inputs }: Node, product: Value): boolean =>
  domain === ABSTRACT &&
  (op === 'ConvInputGrad' || op === 'ConvWeightGrad') &&
  inputs[0] === product &&
  !inputs.includes(product, 1);

const weightsOf = ({ op, inputs, outputs }: Node): Value => (op === 'ConvInputGrad' ? inputs[1] : outputs[0]);

/** Over all axes but the channels'. */
function isChannelSum(graph: Graph, node: Node): boolean {
  const axes = graph.initializers.get(node.inputs[1]);
  if (node.op !== 'ReduceSum' || node.domain !== '' || axes === undefined) return false;
  const rank = typeIn(graph, node.inputs[0]).shape.length;
  const over = new Set(axesOf(node, numbersOf(axes), rank));
  return over.size === rank - 1 && !over.has(1);
}

/** t of [batch, channels, …places] and f of [1, channels, 1, …] or [channels, 1, …]. */
function productOf(g: GraphBuilder, { inputs: [a, b] }: Node): Product | undefined {
  const isFactorOf = (f: Shape, t: Shape) => {
    const each = f.length === t.length && f[0] === 1 ? f.slice(1) : f;
    return each.length === t.length - 1 && each[0] === t[1] && each.slice(1).every((size) => size === 1);
  };
  const [left, right] = [g.shape(a), g.shape(b)];
  if (left.length > 2 && isFactorOf(right, left)) return { t: a, f: b };
  return right.length > 2 && isFactorOf(left, right) ? { t: b, f: a } : undefined;
}

function ofProduct(g: GraphBuilder, node: Node, { t, f }: Product): Value {
  const [channels, ...places] = g.shape(f).slice(g.rank(f) - g.rank(t) + 1);
  if (node.op === 'ReduceSum') {
    const sum = g.op('ReduceSum', [t, node.inputs[1]], node.attributes);
    return g.mul(sum, intOf(node, 'keepdims', 1) === 1 ? f : g.reshape(f, [channels]));
  }
  // Weights are [channels of dY, …].
  const each = g.reshape(f, [channels, 1, ...places]);
  if (node.op === 'ConvWeightGrad') {
    const [, X, W] = node.inputs;
    return g.mul(g.abstract('ConvWeightGrad', [t, X, W], W, node.attributes), each);
  }
  const [, W, X] = node.inputs;
  return g.abstract('ConvInputGrad', [t, g.mul(W, each), X], X, node.attributes);
}
