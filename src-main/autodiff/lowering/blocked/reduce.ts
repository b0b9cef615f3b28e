import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { isStatic, product } from '../../../onnx/dims.ts';
import { intOf } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Dim, Node } from '../../../onnx/types.ts';
import { NCHWC } from './blocks.ts';

const REDUCTIONS: ReadonlySet<string> = new Set(['ReduceSum', 'ReduceMean']);

/**
 * A sum or mean over the places of pictures that lie in blocks, or over the pictures, too: the runtime's pool for the places, whose
 * result of one place has no other layout in blocks, then the pictures. undefined: not such a node.
 */
export function reducedInBlocks(g: GraphBuilder, node: Node, blocks: Value): Value | undefined {
  const [x, axes] = node.inputs;
  if (node.op === 'GlobalAveragePool' && g.rank(x) === 4) return meansOf(g, blocks);
  if (!REDUCTIONS.has(node.op) || !axes) return undefined;
  const known = g.constantOf(axes);
  const over = known && numbersOf(known).map((axis) => (axis < 0 ? axis + 4 : axis));
  if (over?.sort().join() !== '0,2,3') return undefined;
  const [, channels, ...spatial] = g.shape(x) as [Dim, number, ...Dim[]];
  if (!isStatic(spatial)) return undefined;
  const result = g.op(node.op, [meansOf(g, blocks), g.int64s([0])], { keepdims: 1 });
  const whole = node.op === 'ReduceSum' ? g.scale(result, Number(product(spatial))) : result;
  return intOf(node, 'keepdims', 1) === 1 ? whole : g.reshape(whole, [channels]);
}

/** Of each channel of each picture, [batch, channels, 1, 1]. */
function meansOf(g: GraphBuilder, blocks: Value): Value {
  const { type, shape } = g.type(blocks);
  const types = [{ type, shape: [...shape.slice(0, 2), 1, 1] }];
  return g.node('GlobalAveragePool', [blocks], {}, { domain: NCHWC, types })[0];
}
