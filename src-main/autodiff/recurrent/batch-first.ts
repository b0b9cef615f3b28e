// ONNX Runtime has no kernel for LSTM, GRU and RNN with the batch first (layout=1). Moving it is all that there is to it.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { intOf } from '../../onnx/node.ts';
import type { Node } from '../../onnx/types.ts';

export const isBatchFirst = (node: Node): boolean =>
  node.domain === '' && ['LSTM', 'GRU', 'RNN'].includes(node.op) && intOf(node, 'layout', 0) === 1;

/** X and the initial states. */
const MOVED = [0, 5, 6];

/** The node's outputs, made by `run` of the same node with the batch second. */
export function withBatchSecond(
  g: GraphBuilder,
  node: Node,
  run: (node: Node) => readonly (Value | undefined)[],
): (Value | undefined)[] {
  const swap = (x: Value): Value => x && g.transpose(x, [1, 0, 2]);
  const attributes = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => name !== 'layout'));
  const inputs = node.inputs.map((input, index) => (MOVED.includes(index) ? swap(input) : input));
  const [Y, ...last] = run({ ...node, inputs, attributes });
  return [Y && g.transpose(Y, [2, 0, 1, 3]), ...last.map((state) => state && swap(state))];
}
