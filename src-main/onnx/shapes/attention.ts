// Attention and what goes with it, of opset 23 and 24.

import { product, quotient, sum } from '../dims.ts';
import { intOf, nodeError } from '../node.ts';
import type { Dim, Node, Shape } from '../types.ts';
import type { ShapeRule } from './infer.ts';

/** What Q, K and V hold, whether heads have an axis of their own (rank 4) or lie side by side in the last (rank 3). */
export interface AttentionSizes {
  readonly batch: Dim;
  readonly heads: number;
  /** Heads of K and V; each serves heads/groups heads of Q. */
  readonly groups: number;
  readonly queries: Dim;
  /** With the past. */
  readonly keys: Dim;
  readonly past: Dim;
  /** Of a query and a key. */
  readonly size: Dim;
  readonly valueSize: Dim;
}

export function attentionSizes(node: Node, Q: Shape, K: Shape, V: Shape, past: Shape | undefined): AttentionSizes {
  if (![3, 4].includes(Q.length) || K.length !== Q.length || V.length !== Q.length)
    throw nodeError(
      'shape_mismatch',
      node,
      `queries, keys and values of ranks ${Q.length}, ${K.length} and ${V.length}`,
    );
  const flat = Q.length === 3;
  const count = (name: string, { [1]: dim }: Shape): number => {
    const found = flat ? intOf(node, name, 0) : dim;
    if (typeof found !== 'number' || found < 1)
      throw nodeError('unsupported_shape', node, `${flat ? `lacks ${name}` : `"${found}" heads`}`);
    return found;
  };
  const [heads, groups] = [count('q_num_heads', Q), count('kv_num_heads', K)];
  if (heads % groups !== 0) throw nodeError('shape_mismatch', node, `${groups} heads of keys for ${heads} of queries`);
  const size = (x: Shape, parts: number): Dim => {
    const each = flat ? quotient([x[2]], [parts]) : x[3];
    if (each === undefined) throw nodeError('shape_mismatch', node, `${parts} heads in "${x[2]}"`);
    return each;
  };
  const axis = flat ? 1 : 2;
  return {
    batch: Q[0],
    heads,
    groups,
    queries: Q[axis],
    keys: sum([K[axis], past?.[2] ?? 0]),
    past: past?.[2] ?? 0,
    size: size(Q, heads),
    valueSize: size(V, groups),
  };
}

export const Attention: ShapeRule = (c) => {
  const { type, shape: Q } = c.input(0);
  const past = c.has(4) ? c.shape(4) : undefined;
  const { batch, heads, groups, queries, keys, size, valueSize } = attentionSizes(
    c.node,
    Q,
    c.shape(1),
    c.shape(2),
    past,
  );
  const Y = Q.length === 3 ? [batch, queries, product([heads, valueSize])] : [batch, heads, queries, valueSize];
  return [
    { type, shape: Y },
    { type, shape: [batch, groups, keys, size] },
    { type, shape: [batch, groups, keys, valueSize] },
    { type, shape: [batch, heads, queries, keys] },
  ];
};
