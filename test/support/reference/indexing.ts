// Operators that pick, place and order by index.

import type { Node } from '../../../src-main/onnx/types.ts';
import {
  array,
  type Array64,
  get,
  indices,
  make,
  number,
  type ReferenceOperators,
  strides,
  text,
  value,
} from './array.ts';

const axisOf = (node: Node, rank: number, otherwise: number): number => {
  const given = number(node, 'axis', otherwise);
  return given < 0 ? given + rank : given;
};

const wrap = (index: number, size: number): number => (index < 0 ? index + size : index);

const replaced = (at: readonly number[], axis: number, index: number): number[] =>
  at.map((i, each) => (each === axis ? index : i));

function gather(node: Node, data: Array64, places: Array64): Array64 {
  const axis = axisOf(node, data.shape.length, 0);
  const shape = [...data.shape.slice(0, axis), ...places.shape, ...data.shape.slice(axis + 1)];
  return make(shape, (at) => {
    const index = get(places, at.slice(axis, axis + places.shape.length));
    return get(data, [...at.slice(0, axis), wrap(index, data.shape[axis]), ...at.slice(axis + places.shape.length)]);
  });
}

function gatherElements(node: Node, data: Array64, places: Array64): Array64 {
  const axis = axisOf(node, data.shape.length, 0);
  return make(places.shape, (at) => elementOf(data, replaced(at, axis, wrap(get(places, at), data.shape[axis]))));
}

/** As `get`, but without broadcasting: an axis of size 1 that is asked for place 1 is a mistake. */
function elementOf(x: Array64, at: readonly number[]): number {
  return x.data[offset(x, at)];
}

function offset({ shape }: Array64, at: readonly number[]): number {
  if (at.some((i, axis) => i < 0 || i >= shape[axis])) throw new Error(`[${at.join()}] of [${shape.join()}]`);
  const step = strides(shape);
  return at.reduce((sum, i, axis) => sum + i * step[axis], 0);
}

/** The tuple that stands at `at` in indices, made positive. */
function tuple(data: Array64, places: Array64, at: readonly number[], batch: number): number[] {
  const depth = places.shape.at(-1)!;
  return Array.from({ length: depth }, (_, k) => wrap(elementOf(places, [...at, k]), data.shape[batch + k]));
}

function gatherND(node: Node, data: Array64, places: Array64): Array64 {
  const batch = number(node, 'batch_dims', 0);
  const outer = places.shape.slice(0, -1);
  const shape = [...outer, ...data.shape.slice(batch + places.shape.at(-1)!)];
  return make(shape, (at) => {
    const named = tuple(data, places, at.slice(0, outer.length), batch);
    return elementOf(data, [...at.slice(0, batch), ...named, ...at.slice(outer.length)]);
  });
}

const reductions: Record<string, (a: number, b: number) => number> = {
  none: (_, b) => b,
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
};

function scatter(node: Node, data: Array64, updates: Array64, place: (at: readonly number[]) => number[]): Array64 {
  const result = array(data.shape, data.data);
  const reduce = reductions[text(node, 'reduction', 'none')];
  for (const at of indices(updates.shape)) {
    const to = offset(result, place(at));
    result.data[to] = reduce(result.data[to], elementOf(updates, at));
  }
  return result;
}

function scatterElements(node: Node, data: Array64, places: Array64, updates: Array64): Array64 {
  const axis = axisOf(node, data.shape.length, 0);
  return scatter(node, data, updates, (at) => replaced(at, axis, wrap(elementOf(places, at), data.shape[axis])));
}

function scatterND(node: Node, data: Array64, places: Array64, updates: Array64): Array64 {
  const outer = places.shape.length - 1;
  return scatter(node, data, updates, (at) => [...tuple(data, places, at.slice(0, outer), 0), ...at.slice(outer)]);
}

function topK(node: Node, x: Array64, k: number): Array64[] {
  const axis = axisOf(node, x.shape.length, -1);
  const sign = number(node, 'largest', 1) ? -1 : 1;
  const order = (at: readonly number[]): number[] =>
    Array.from({ length: x.shape[axis] }, (_, i) => i).sort((a, b) => {
      const difference = sign * (elementOf(x, replaced(at, axis, a)) - elementOf(x, replaced(at, axis, b)));
      return difference || a - b;
    });
  const shape = replaced(x.shape, axis, k);
  const places = make(shape, (at) => order(replaced(at, axis, 0))[at[axis]]);
  return [make(shape, (at) => elementOf(x, replaced(at, axis, elementOf(places, at)))), places];
}

function reverseSequence(node: Node, x: Array64, lengths: Array64): Array64 {
  const [time, batch] = [number(node, 'time_axis', 0), number(node, 'batch_axis', 1)];
  return make(x.shape, (at) => {
    const length = lengths.data[at[batch]];
    return elementOf(x, at[time] < length ? replaced(at, time, length - 1 - at[time]) : at);
  });
}

function compress(node: Node, x: Array64, condition: Array64): Array64 {
  const kept = [...condition.data].flatMap((hit, i) => (hit ? [i] : []));
  if (!node.attributes.axis)
    return array(
      [kept.length],
      kept.map((i) => x.data[i]),
    );
  const axis = axisOf(node, x.shape.length, 0);
  return make(replaced(x.shape, axis, kept.length), (at) => elementOf(x, replaced(at, axis, kept[at[axis]])));
}

function negativeLogLikelihood(node: Node, input: Array64, target: Array64, weight?: Array64): Array64 {
  const ignored = value(node, 'ignore_index');
  const weightOf = (label: number): number => (label === ignored ? 0 : weight ? weight.data[label] : 1);
  const losses = make(target.shape, (at) => {
    const label = elementOf(target, at);
    return weightOf(label) === 0 ? 0 : -weightOf(label) * elementOf(input, [at[0], label, ...at.slice(1)]);
  });
  const reduction = text(node, 'reduction', 'mean');
  if (reduction === 'none') return losses;
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return array([], [reduction === 'sum' ? sum(losses.data) : sum(losses.data) / sum(target.data.map(weightOf))]);
}

/** By Laplace, along the first row. */
function determinant(rows: readonly (readonly number[])[]): number {
  if (rows.length === 0) return 1;
  return rows[0].reduce((sum, x, column) => {
    const minor = rows.slice(1).map((row) => row.filter((_, i) => i !== column));
    return sum + (column % 2 ? -x : x) * determinant(minor);
  }, 0);
}

function det(x: Array64): Array64 {
  const n = x.shape.at(-1)!;
  const range = Array.from({ length: n }, (_, i) => i);
  return make(x.shape.slice(0, -2), (at) =>
    determinant(range.map((i) => range.map((j) => elementOf(x, [...at, i, j])))),
  );
}

export const indexing: ReferenceOperators = {
  Gather: (node, x) => [gather(node, ...(x as [Array64, Array64]))],
  GatherElements: (node, x) => [gatherElements(node, ...(x as [Array64, Array64]))],
  GatherND: (node, x) => [gatherND(node, ...(x as [Array64, Array64]))],
  ScatterElements: (node, x) => [scatterElements(node, ...(x as [Array64, Array64, Array64]))],
  ScatterND: (node, x) => [scatterND(node, ...(x as [Array64, Array64, Array64]))],
  TopK: (node, [x, k]) => topK(node, x!, k!.data[0]),
  ReverseSequence: (node, x) => [reverseSequence(node, ...(x as [Array64, Array64]))],
  Compress: (node, x) => [compress(node, ...(x as [Array64, Array64]))],
  NegativeLogLikelihoodLoss: (node, x) => [negativeLogLikelihood(node, ...(x as [Array64, Array64, Array64?]))],
  Det: (_, [x]) => [det(x!)],
};
