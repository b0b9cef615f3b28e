import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { isStatic, product } from '../../../onnx/dims.ts';
import { intOf } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Dim, Node } from '../../../onnx/types.ts';

const REDUCTIONS: ReadonlySet<string> = new Set(['ReduceSum', 'ReduceMean']);

/**
 * A sum or mean over pictures and places, a number left for each channel, of pictures that lie in blocks: over the places first,
 * whose rows are long, then over the pictures; both at once take six times as long. undefined: not such a node.
 */
export function reducedInBlocks(g: GraphBuilder, node: Node, blocks: Value, block: number): Value | undefined {
  const [x, axes] = node.inputs;
  if (!REDUCTIONS.has(node.op) || !axes) return undefined;
  const known = g.constantOf(axes);
  const over = known && numbersOf(known).map((axis) => (axis < 0 ? axis + 4 : axis));
  if (over?.sort().join() !== '0,2,3') return undefined;
  const [batch, channels, ...spatial] = g.shape(x) as [Dim, number, ...Dim[]];
  if (!isStatic(spatial)) return undefined;
  const reduce = (value: Value, axis: number) => g.op(node.op, [value, g.int64s([axis])], { keepdims: 0 });
  const places = reduce(g.reshape(blocks, [product([batch, channels / block]), Number(product(spatial)), block]), 1);
  const result = reduce(g.reshape(places, [batch, channels]), 0);
  return g.reshape(result, intOf(node, 'keepdims', 1) === 1 ? [1, channels, 1, 1] : [channels]);
}
