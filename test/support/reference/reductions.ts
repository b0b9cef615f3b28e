// Numbers made of all the numbers along some axes, and values scaled by such numbers.

import {
  type Array64,
  get,
  indices,
  list,
  make,
  number,
  type ReferenceOperator,
  type ReferenceOperators,
} from './array.ts';

export function reduce(
  x: Array64,
  axes: readonly number[],
  keep: boolean,
  of: (values: readonly number[]) => number,
): Array64 {
  const reduced = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const kept = x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim));
  const inner = x.shape.map((dim, axis) => (reduced.includes(axis) ? dim : 1));
  const full = make(kept, (at) =>
    of(
      [...indices(inner)].map((offset) =>
        get(
          x,
          at.map((i, axis) => i + offset[axis]),
        ),
      ),
    ),
  );
  return { ...full, shape: keep ? kept : x.shape.filter((_, axis) => !reduced.includes(axis)) };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;
const norm = (values: readonly number[], p: number): number => sum(values.map((x) => Math.abs(x) ** p)) ** (1 / p);

function logSumExp(values: readonly number[]): number {
  const max = Math.max(...values);
  return max === -Infinity ? max : max + Math.log(sum(values.map((x) => Math.exp(x - max))));
}

const totals: Record<string, (values: readonly number[]) => number> = {
  ReduceSum: sum,
  ReduceMean: mean,
  ReduceMax: (values) => Math.max(...values),
  ReduceMin: (values) => Math.min(...values),
  ReduceProd: (values) => values.reduce((a, b) => a * b, 1),
  ReduceL1: (values) => norm(values, 1),
  ReduceL2: (values) => norm(values, 2),
  ReduceLogSum: (values) => Math.log(sum(values)),
  ReduceLogSumExp: logSumExp,
  ReduceSumSquare: (values) => sum(values.map((x) => x * x)),
};

const reduction =
  (of: (values: readonly number[]) => number): ReferenceOperator =>
  (node, [x, input]) => {
    const axes = input ? [...input.data] : (list(node, 'axes') ?? []);
    const none = axes.length === 0 && number(node, 'noop_with_empty_axes', 0) === 1;
    const all = x!.shape.map((_, axis) => axis);
    return [reduce(x!, none ? [] : axes.length === 0 ? all : axes, number(node, 'keepdims', 1) === 1, of)];
  };

const lpNormalization: ReferenceOperator = (node, [x]) => {
  const length = reduce(x!, [number(node, 'axis', -1)], true, (values) => norm(values, number(node, 'p', 2)));
  return [make(x!.shape, (at) => (get(length, at) === 0 ? 0 : get(x!, at) / get(length, at)))];
};

const meanVarianceNormalization: ReferenceOperator = (node, [x]) => {
  const axes = list(node, 'axes') ?? [0, 2, 3];
  const centre = reduce(x!, axes, true, mean);
  const variance = reduce(x!, axes, true, (values) => mean(values.map((v) => (v - mean(values)) ** 2)));
  return [make(x!.shape, (at) => (get(x!, at) - get(centre, at)) / Math.sqrt(get(variance, at)))];
};

export const reductions: ReferenceOperators = {
  ...Object.fromEntries(Object.entries(totals).map(([op, of]) => [op, reduction(of)])),
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
};
