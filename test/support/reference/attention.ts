// Attention and rotary embeddings, as ONNX's reference implementation has them.

import type { Node } from '../../../src-main/onnx/types.ts';
import { type Array64, get, make, number, type ReferenceOperators, text, value } from './array.ts';

/** [batch, length, heads·size] → [batch, heads, length, size] */
function heads(x: Array64, count: number): Array64 {
  if (x.shape.length === 4) return x;
  const size = x.shape[2] / count;
  return make([x.shape[0], count, x.shape[1], size], ([b, h, i, d]) => get(x, [b, i, h * size + d]));
}

function joined(x: Array64): Array64 {
  const [batch, count, length, size] = x.shape;
  return make([batch, length, count * size], ([b, i, at]) => get(x, [b, Math.floor(at / size), i, at % size]));
}

function after(past: Array64 | undefined, x: Array64): Array64 {
  if (!past) return x;
  const [batch, count, length, size] = x.shape;
  const before = past.shape[2];
  return make([batch, count, before + length, size], ([b, h, i, d]) =>
    i < before
      ? past.data[((b * count + h) * before + i) * size + d]
      : x.data[((b * count + h) * length + i - before) * size + d],
  );
}

function attention(node: Node, inputs: readonly (Array64 | undefined)[]): Array64[] {
  const [Q, K, V, mask, pastKey, pastValue] = inputs as Array64[];
  const q = heads(Q, number(node, 'q_num_heads', 0));
  const k = after(pastKey, heads(K, number(node, 'kv_num_heads', 0)));
  const v = after(pastValue, heads(V, number(node, 'kv_num_heads', 0)));
  const [batch, count, queries, size] = q.shape;
  const [, groups, keys, width] = v.shape;
  const scale = (value(node, 'scale') as number | undefined) ?? 1 / Math.sqrt(size);
  const softcap = number(node, 'softcap', 0);
  const causal = number(node, 'is_causal', 0) === 1;
  const shared = count / groups;
  const isBool = mask !== undefined && [...mask.data].every((x) => x === 0 || x === 1);
  const score = (b: number, h: number, i: number, j: number): number => {
    let sum = 0;
    for (let d = 0; d < size; d++)
      sum += get(q, [b, h, i, d]) * k.data[((b * groups + Math.floor(h / shared)) * keys + j) * size + d];
    const scaled = sum * scale;
    const capped = softcap ? softcap * Math.tanh(scaled / softcap) : scaled;
    if (causal && j > i + keys - (K.shape.length === 4 ? K.shape[2] : K.shape[1])) return -Infinity;
    if (!mask) return capped;
    const entry = get(mask, [b, h, i, j]);
    return isBool ? (entry ? capped : -Infinity) : capped + entry;
  };
  const Y = make([batch, count, queries, width], ([b, h, i, d]) => {
    const scores = Array.from({ length: keys }, (_, j) => score(b, h, i, j));
    const most = Math.max(...scores);
    const weights = scores.map((s) => Math.exp(s - most));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.reduce(
      (sum, w, j) => sum + (w / total) * v.data[((b * groups + Math.floor(h / shared)) * keys + j) * width + d],
      0,
    );
  });
  return [Q.shape.length === 3 ? joined(Y) : Y, k, v];
}

function rotary(node: Node, [X, cos, sin, positions]: readonly (Array64 | undefined)[]): Array64 {
  const x = heads(X!, number(node, 'num_heads', 0));
  const size = number(node, 'rotary_embedding_dim', 0) || x.shape[3];
  const interleaved = number(node, 'interleaved', 0) === 1;
  const half = size / 2;
  const Y = make(x.shape, ([b, h, i, d]) => {
    if (d >= size) return get(x, [b, h, i, d]);
    const pair = interleaved ? Math.floor(d / 2) : d % half;
    const [first, second] = interleaved ? [2 * pair, 2 * pair + 1] : [pair, pair + half];
    const [p, q] = [get(x, [b, h, i, first]), get(x, [b, h, i, second])];
    const at = positions ? [get(positions, [b, i]), pair] : [b, i, pair];
    return d === first ? p * get(cos!, at) - q * get(sin!, at) : p * get(sin!, at) + q * get(cos!, at);
  });
  return X!.shape.length === 3 ? joined(Y) : Y;
}

function tensorScatter(node: Node, [cache, update, places]: readonly (Array64 | undefined)[]): Array64 {
  const [old, fresh] = [cache!, update!];
  const given = number(node, 'axis', -2);
  const axis = given < 0 ? given + old.shape.length : given;
  const [size, length] = [old.shape[axis], fresh.shape[axis]];
  const circular = text(node, 'mode', 'linear') === 'circular';
  return make(old.shape, (at) => {
    const offset = at[axis] - (places ? places.data[at[0]] : 0);
    const step = circular ? ((offset % size) + size) % size : offset;
    if (step < 0 || step >= length) return get(old, at);
    return get(
      fresh,
      at.map((i, each) => (each === axis ? step : i)),
    );
  });
}

export const attentions: ReferenceOperators = {
  Attention: attention,
  RotaryEmbedding: (node, inputs) => [rotary(node, inputs)],
  TensorScatter: (node, inputs) => [tensorScatter(node, inputs)],
};
