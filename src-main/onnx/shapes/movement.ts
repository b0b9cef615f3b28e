// Operators that move, repeat or cut values without computing: their shapes, and known elements where sizes pass through.

import { derived, product, sum } from '../dims.ts';
import { axesOf, axisOf, intOf, intsOf, nodeError } from '../node.ts';
import type { Dim, Shape } from '../types.ts';
import type { ShapeRule } from './infer.ts';

export const Flatten: ShapeRule = (c) => {
  const x = c.shape(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 1), x.length, true);
  return [{ type: c.input(0).type, shape: [product(x.slice(0, axis)), product(x.slice(axis))] }];
};

export const Transpose: ShapeRule = (c) => {
  const x = c.shape(0);
  const perm = intsOf(c.node, 'perm') ?? x.map((_, axis) => x.length - 1 - axis);
  if ([...perm].sort((a, b) => a - b).join() !== x.map((_, axis) => axis).join()) {
    throw nodeError('invalid_model', c.node, `perm=[${perm.join(',')}] of a value of rank ${x.length}`);
  }
  return [{ type: c.input(0).type, shape: perm.map((axis) => x[axis]) }];
};

export const Squeeze: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const axes = c.has(1)
    ? axesOf(c.node, c.numbers(1, 'axes'), shape.length)
    : shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  return [{ type, shape: shape.filter((_, axis) => !axes.includes(axis)), elements }];
};

export const Unsqueeze: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const given = c.numbers(1, 'axes');
  const rank = shape.length + given.length;
  const axes = axesOf(c.node, given, rank);
  const rest = [...shape];
  const grown = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
  return [{ type, shape: grown, elements: rank <= 1 ? elements : undefined }];
};

export const Concat: ShapeRule = (c) => {
  const inputs = c.inputs();
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), inputs[0].shape.length);
  const shape = inputs[0].shape.map((dim, index) =>
    index === axis ? sum(inputs.map((input) => input.shape[axis])) : dim,
  );
  const elements = inputs.every((input) => input.elements) ? inputs.flatMap((input) => input.elements!) : undefined;
  return [{ type: inputs[0].type, shape, elements: shape.length === 1 ? elements : undefined }];
};

/** Places `start, start+step, …` before `end`, by ONNX's clamping rules. */
export function sliceIndices(size: number, start: number, end: number, step: number): { first: number; count: number } {
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const last = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

export const Slice: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const starts = c.numbers(1, 'starts');
  const ends = c.numbers(2, 'ends');
  const axes = c.has(3) ? axesOf(c.node, c.numbers(3, 'axes'), shape.length) : starts.map((_, axis) => axis);
  const steps = c.has(4) ? c.numbers(4, 'steps') : starts.map(() => 1);
  const cut = [...shape];
  axes.forEach((axis, i) => {
    const whole = starts[i] === 0 && steps[i] === 1 && ends[i] >= 2 ** 31 - 1;
    if (whole) return;
    cut[axis] = derived(
      cut[axis],
      `[${starts[i]}:${ends[i]}:${steps[i]}]`,
      (size) => sliceIndices(size, starts[i], ends[i], steps[i]).count,
    );
  });
  if (!elements || shape.length !== 1) return [{ type, shape: cut }];
  const { first, count } = sliceIndices(elements.length, starts[0], ends[0], steps[0]);
  return [{ type, shape: cut, elements: Array.from({ length: count }, (_, i) => elements[first + i * steps[0]]) }];
};

export const Split: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), shape.length);
  const count = c.node.outputs.length;
  const size = shape[axis];
  const sizes = c.has(1)
    ? c.numbers(1, 'split')
    : Array.from({ length: count }, (_, i) =>
        derived(size, `/${count}#${i}`, (known) => {
          const each = Math.ceil(known / count);
          return Math.min(each, known - i * each);
        }),
      );
  return sizes.map((part) => ({ type, shape: shape.map((dim, index) => (index === axis ? part : dim)) }));
};

export const Gather: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), shape.length);
  const result = [...shape.slice(0, axis), ...c.shape(1), ...shape.slice(axis + 1)];
  const places = c.elements(1);
  if (!elements || !places || shape.length !== 1) return [{ type, shape: result }];
  const picked = places.map(
    (place): Dim => elements[Number(place) < 0 ? Number(place) + elements.length : Number(place)],
  );
  return [{ type, shape: result, elements: picked }];
};

export const Expand: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const target = c.elements(1);
  if (!target) throw nodeError('unsupported_shape', c.node, 'shape is computed while the graph runs');
  const rank = Math.max(shape.length, target.length);
  const at = (dims: Shape, axis: number): Dim => dims[axis - rank + dims.length] ?? 1;
  return [
    { type, shape: Array.from({ length: rank }, (_, i) => (at(target, i) === 1 ? at(shape, i) : at(target, i))) },
  ];
};

export const Pad: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const pads = c.numbers(1, 'pads');
  const axes = c.has(3) ? axesOf(c.node, c.numbers(3, 'axes'), shape.length) : shape.map((_, axis) => axis);
  const padded = [...shape];
  axes.forEach((axis, i) => {
    const more = pads[i] + pads[i + axes.length];
    padded[axis] = more === 0 ? padded[axis] : derived(padded[axis], `+${more}`, (size) => size + more);
  });
  return [{ type, shape: padded }];
};

export const Tile: ShapeRule = (c) => {
  const repeats = c.numbers(1, 'repeats');
  return [{ type: c.input(0).type, shape: c.shape(0).map((dim, axis) => product([dim, repeats[axis]])) }];
};
