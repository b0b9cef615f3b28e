// Local response normalisation's divisor, shared by its value (lowering) and its gradient (rule): equal nodes are merged later.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { floatOf, intOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';

export interface LocalResponse {
  /** bias + α·(mean of the neighbouring channels' squares), in the shape of X. */
  readonly scale: Value;
  readonly alpha: number;
  readonly beta: number;
  /** The sum over all channels that a channel is a neighbour of, divided by how many neighbours there are. */
  spread(x: Value): Value;
}

export function localResponse(g: GraphBuilder, node: Node, X: Value): LocalResponse {
  const size = intOf(node, 'size', 1);
  const [alpha, beta, bias] = [floatOf(node, 'alpha', 1e-4), floatOf(node, 'beta', 0.75), floatOf(node, 'bias', 1)];
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  // The channels become the height of a picture with one channel, over which a window moves.
  const mean = (x: Value, top: number, bottom: number): Value => {
    const picture = g.op('Reshape', [x, g.int64s([0, 1, g.shape(X)[1] as number, -1])]);
    const attributes = { kernel_shape: [size, 1], pads: [top, 0, bottom, 0], count_include_pad: 1 };
    return g.reshapeLike(g.op('AveragePool', [picture], attributes), X);
  };
  const scale = g.add(g.scale(mean(g.mul(X, X), before, after), alpha), g.scalar(bias, X));
  return { scale, alpha, beta, spread: (x) => mean(x, after, before) };
}
