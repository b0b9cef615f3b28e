// Attention written out in products of matrices. Shared by its value (lowering) and its gradient (rule), in which equal
// nodes are merged later.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { floatOf, inputsOf, intOf, nodeError } from '../../onnx/node.ts';
import { attentionSizes, type AttentionSizes } from '../../onnx/shapes/attention.ts';
import { scalar } from '../../onnx/tensors.ts';
import type { Node } from '../../onnx/types.ts';

/** What a masked score is lowered by: three of them still make a finite number. */
const MASKED = -1e38;

export interface AttentionParts extends AttentionSizes {
  /** [batch, groups, heads/groups·queries, size], scaled: heads that share keys lie one after the other. */
  readonly q: Value;
  /** [batch, groups, keys, size] */
  readonly k: Value;
  readonly v: Value;
  /** tanh(scores/softcap), [batch, heads, queries, keys]; undefined without a softcap. */
  readonly capped: Value | undefined;
  /** [batch, heads, queries, keys] */
  readonly probabilities: Value;
  readonly scale: number;
  readonly softcap: number;
}

/** [batch, length, heads·size] → [batch, heads, length, size]; what has a heads axis already stays. */
export const splitHeads = (g: GraphBuilder, x: Value, heads: number): Value =>
  g.rank(x) === 4 ? x : g.transpose(g.op('Reshape', [x, g.int64s([0, 0, heads, -1])]), [0, 2, 1, 3]);

/** The reverse, to the rank that is wanted. */
export function joinHeads(g: GraphBuilder, x: Value, rank: number): Value {
  if (rank === 4) return x;
  const [, heads, , size] = g.shape(x);
  const width = product([heads, size]);
  const turned = g.transpose(x, [0, 2, 1, 3]);
  return g.op('Reshape', [turned, g.int64s([0, 0, typeof width === 'number' ? width : -1])]);
}

/** [batch, heads, queries, ·] → [batch, groups, heads/groups·queries, ·] */
export function grouped(g: GraphBuilder, x: Value, { batch, heads, groups, queries }: AttentionSizes): Value {
  return heads === groups ? x : g.reshape(x, [batch, groups, product([heads / groups, queries]), g.shape(x)[3]]);
}

export function ungrouped(g: GraphBuilder, x: Value, { batch, heads, groups, queries }: AttentionSizes): Value {
  return heads === groups ? x : g.reshape(x, [batch, heads, queries, g.shape(x)[3]]);
}

export const swapLast = (g: GraphBuilder, x: Value): Value => g.transpose(x, [0, 1, 3, 2]);

// scores = scale·Q·Kᵀ,  capped = c·tanh(scores/c),  probabilities = softmax(capped + mask),  Y = probabilities·V
export function attentionParts(g: GraphBuilder, node: Node): AttentionParts {
  const { Q, K, V, attn_mask, past_key, past_value, nonpad_kv_seqlen } = inputsOf(node, 'Attention');
  if (nonpad_kv_seqlen) throw nodeError('unsupported_attribute', node, 'nonpad_kv_seqlen is used');
  const sizes = attentionSizes(node, g.shape(Q), g.shape(K), g.shape(V), past_key ? g.shape(past_key) : undefined);
  const { heads, groups, size } = sizes;
  if (typeof size !== 'number' && !node.attributes.scale)
    throw nodeError('unsupported_shape', node, `heads of "${size}"`);
  const scale = floatOf(node, 'scale', 1 / Math.sqrt(Number(size)));
  const softcap = floatOf(node, 'softcap', 0);
  const after = (past: Value | undefined, x: Value) => (past ? g.concat([past, x], 2) : x);
  const q = grouped(g, g.scale(splitHeads(g, Q, heads), scale), sizes);
  const k = after(past_key, splitHeads(g, K, groups));
  const v = after(past_value, splitHeads(g, V, groups));
  const scores = ungrouped(g, g.matmul(q, swapLast(g, k)), sizes);
  const capped = softcap > 0 ? g.op('Tanh', [g.scale(scores, 1 / softcap)]) : undefined;
  const bias = [
    ...(attn_mask ? [maskBias(g, attn_mask, Q)] : []),
    ...(intOf(node, 'is_causal', 0) ? [causalBias(g, sizes, Q)] : []),
  ];
  const biased = bias.reduce(g.add, capped ? g.scale(capped, softcap) : scores);
  return { ...sizes, q, k, v, capped, probabilities: g.op('Softmax', [biased], { axis: -1 }), scale, softcap };
}

/** [batch, heads, queries, size of a value] */
export const attended = (g: GraphBuilder, parts: AttentionParts): Value =>
  ungrouped(g, g.matmul(grouped(g, parts.probabilities, parts), parts.v), parts);

/** A mask of truth values as what to add to the scores. */
function maskBias(g: GraphBuilder, mask: Value, like: Value): Value {
  return g.type(mask).type === 'bool' ? g.where(mask, g.scalar(0, like), g.scalar(MASKED, like)) : mask;
}

/** [queries, keys]: 0 up to the query's own place, which comes after the past's. */
function causalBias(g: GraphBuilder, { queries, keys, past }: AttentionSizes, like: Value): Value {
  const all = g.op('Expand', [g.scalar(MASKED, like), g.shapeVector([queries, keys])]);
  const first =
    typeof past === 'number'
      ? g.constant(scalar('int64', past + 1))
      : g.op('Squeeze', [g.add(g.sizeVector(past), g.int64s([1]))]);
  return g.op('Trilu', [all, first], { upper: 1 });
}
