// Normalisations other than by batch.

import type { Node } from '../../../src-main/onnx/types.ts';
import { type Array64, get, make, number, type ReferenceOperator, type ReferenceOperators } from './array.ts';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** (x − mean)/σ, by the elements that share a key. */
function standardised(x: Array64, keyOf: (at: readonly number[]) => string, epsilon: number) {
  const groups = new Map<string, number[]>();
  make(x.shape, (at) => {
    const key = keyOf(at);
    groups.set(key, [...(groups.get(key) ?? []), get(x, at)]);
    return 0;
  });
  const statistics = new Map(
    [...groups].map(([key, values]) => {
      const center = mean(values);
      return [key, { center, factor: 1 / Math.sqrt(mean(values.map((v) => (v - center) ** 2)) + epsilon) }];
    }),
  );
  const of = (at: readonly number[]) => statistics.get(keyOf(at))!;
  return { normal: make(x.shape, (at) => (get(x, at) - of(at).center) * of(at).factor), of };
}

const epsilonOf = (node: Node): number => number(node, 'epsilon', 1e-5);

const layer: ReferenceOperator = (node, [X, scale, bias]) => {
  const x = X!;
  const given = number(node, 'axis', -1);
  const axis = given < 0 ? given + x.shape.length : given;
  const { normal, of } = standardised(x, (at) => at.slice(0, axis).join(), epsilonOf(node));
  const y = make(x.shape, (at) => get(normal, at) * get(scale!, at) + (bias ? get(bias, at) : 0));
  const rows = x.shape.map((dim, i) => (i < axis ? dim : 1));
  return [y, make(rows, (at) => of(at).center), make(rows, (at) => of(at).factor)];
};

const rootMeanSquare: ReferenceOperator = (node, [X, scale]) => {
  const x = X!;
  const given = number(node, 'axis', -1);
  const axis = given < 0 ? given + x.shape.length : given;
  const rows = new Map<string, number[]>();
  make(x.shape, (at) => {
    const key = at.slice(0, axis).join();
    rows.set(key, [...(rows.get(key) ?? []), get(x, at) ** 2]);
    return 0;
  });
  const root = (at: readonly number[]) => Math.sqrt(mean(rows.get(at.slice(0, axis).join())!) + epsilonOf(node));
  return [make(x.shape, (at) => (get(x, at) / root(at)) * get(scale!, at))];
};

/** `groups` of neighbouring channels; weights one a channel, or one a group. */
function byGroup(node: Node, [X, scale, bias]: readonly (Array64 | undefined)[], groups: number): Array64[] {
  const x = X!;
  const each = x.shape[1] / groups;
  const groupOf = (channel: number) => Math.floor(channel / each);
  const { normal } = standardised(x, ([n, c]) => `${n},${groupOf(c)}`, epsilonOf(node));
  const weight = (weights: Array64, channel: number) =>
    weights.data[weights.shape[0] === groups ? groupOf(channel) : channel];
  return [make(x.shape, (at) => get(normal, at) * weight(scale!, at[1]) + weight(bias!, at[1]))];
}

const localResponse: ReferenceOperator = (node, [X]) => {
  const x = X!;
  const length = number(node, 'size', 1);
  const [alpha, beta, bias] = [number(node, 'alpha', 1e-4), number(node, 'beta', 0.75), number(node, 'bias', 1)];
  const y = make(x.shape, (at) => {
    const [n, c, ...place] = at;
    let sum = 0;
    for (let i = c - Math.floor((length - 1) / 2); i <= c + Math.ceil((length - 1) / 2); i++) {
      if (i >= 0 && i < x.shape[1]) sum += get(x, [n, i, ...place]) ** 2;
    }
    return get(x, at) / (bias + (alpha / length) * sum) ** beta;
  });
  return [y];
};

export const normalisation: ReferenceOperators = {
  GroupNormalization: (node, inputs) => byGroup(node, inputs, number(node, 'num_groups', 1)),
  InstanceNormalization: (node, inputs) => byGroup(node, inputs, inputs[0]!.shape[1]),
  LRN: localResponse,
  LayerNormalization: layer,
  RMSNormalization: rootMeanSquare,
};
