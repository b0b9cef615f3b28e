// Operators that move, repeat or cut values without computing: their shapes, and known elements where sizes pass through.

import { ceilDiv, derived, difference, isComputed, isNatural, isStatic, product, quotient, sum } from '../dims.ts';
import { axesOf, axisOf, intOf, intsOf, nodeError } from '../node.ts';
import type { Dim, Shape } from '../types.ts';
import { MAX_ELEMENTS, type ShapeRule } from './infer.ts';

export const Flatten: ShapeRule = (c) => {
  const x = c.shape(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 1), x.length, true);
  return [{ type: c.input(0).type, shape: [product(x.slice(0, axis)), product(x.slice(axis))] }];
};

/** Row-major places of a small array, one index vector each. */
function placesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
}

const offsetOf = (place: readonly number[], shape: readonly number[]): number =>
  place.reduce((offset, at, axis) => offset * shape[axis] + at, 0);

function transposed(elements: readonly Dim[], shape: readonly number[], perm: readonly number[]): Dim[] {
  const places = placesOf(perm.map((axis) => shape[axis]));
  return places.map(
    (place) =>
      elements[
        offsetOf(
          shape.map((_, axis) => place[perm.indexOf(axis)]),
          shape,
        )
      ],
  );
}

export const Transpose: ShapeRule = (c) => {
  const x = c.shape(0);
  const perm = intsOf(c.node, 'perm') ?? x.map((_, axis) => x.length - 1 - axis);
  if ([...perm].sort((a, b) => a - b).join() !== x.map((_, axis) => axis).join()) {
    throw nodeError('invalid_model', c.node, `perm=[${perm.join(',')}] of a value of rank ${x.length}`);
  }
  const { type, elements } = c.input(0);
  const shape = perm.map((axis) => x[axis]);
  return [{ type, shape, elements: elements && isStatic(x) ? transposed(elements, x, perm) : undefined }];
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
  return [{ type, shape: grown, elements }];
};

export const Concat: ShapeRule = (c) => {
  const inputs = c.inputs();
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), inputs[0].shape.length);
  const shape = inputs[0].shape.map((dim, index) =>
    index === axis ? sum(inputs.map((input) => input.shape[axis])) : dim,
  );
  const total = isStatic(shape) && axis === 0 ? product(shape) : Infinity;
  const elements = Number(total) <= MAX_ELEMENTS ? inputs.map((_, index) => c.symbols(index)) : [undefined];
  const known = elements.every((each) => each !== undefined);
  return [{ type: inputs[0].type, shape, elements: known ? elements.flat() : undefined }];
};

/** Places `start, start+step, …` before `end`, by ONNX's clamping rules. */
export function sliceIndices(size: number, start: number, end: number, step: number): { first: number; count: number } {
  const clamp = (at: number, low: number, high: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = step > 0 ? clamp(start, 0, size) : clamp(start, 0, size - 1);
  const last = step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

/** How many places start:end:step takes of a size, either of which may have a name; undefined where only the run can say. */
function sliceCount(size: Dim, start: Dim, end: Dim, step: number): Dim | undefined {
  if (typeof size === 'number' && typeof start === 'number' && typeof end === 'number')
    return sliceIndices(size, start, end, step).count;
  if (step < 0) return start === -1 && typeof end === 'number' && end < -1e9 ? ceilDiv(size, -step) : undefined;
  // A bound is taken to lie within the size, as whoever wrote it meant: [:, 1:] of one column would be a mistake of the model.
  const place = (bound: Dim): Dim | undefined => {
    if (typeof bound === 'number') {
      if (bound < 0) return typeof size === 'number' ? Math.max(0, size + bound) : sum([size, bound]);
      return bound >= 2 ** 31 - 1 ? size : bound;
    }
    if (isNatural(difference(0, bound))) return sum([size, bound]);
    return isNatural(bound) || isNatural(difference(size, bound)) || !isComputed(bound) ? bound : undefined;
  };
  const [from, to] = [place(start), place(end)];
  if (from === undefined || to === undefined) return undefined;
  const count = ceilDiv(difference(to, from), step);
  if (typeof count === 'string') return count;
  // [:, :512] cuts long texts and leaves short ones as they are. [:, :1] finds one, or the model has no input.
  return typeof size === 'string' && count > 1 ? undefined : Math.max(0, count);
}

export const Slice: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const starts = c.required(1, 'starts');
  const ends = c.required(2, 'ends');
  const axes = c.has(3) ? axesOf(c.node, c.numbers(3, 'axes'), shape.length) : starts.map((_, axis) => axis);
  const steps = c.has(4) ? c.numbers(4, 'steps') : starts.map(() => 1);
  const cut = [...shape];
  axes.forEach((axis, i) => {
    cut[axis] = sliceCount(cut[axis], starts[i], ends[i], steps[i]) ?? c.unknown(axis);
  });
  const known = elements && isStatic(shape) && isStatic(starts) && isStatic(ends);
  return [{ type, shape: cut, elements: known ? cutOut(elements, shape, { axes, starts, ends, steps }) : undefined }];
};

interface Cut {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

function cutOut(elements: readonly Dim[], shape: readonly number[], { axes, starts, ends, steps }: Cut): Dim[] {
  const picks = shape.map((size) => ({ first: 0, count: size, step: 1 }));
  axes.forEach((axis, i) => {
    picks[axis] = { ...sliceIndices(shape[axis], starts[i], ends[i], steps[i]), step: steps[i] };
  });
  const places = placesOf(picks.map(({ count }) => count));
  return places.map(
    (place) =>
      elements[
        offsetOf(
          place.map((at, axis) => picks[axis].first + at * picks[axis].step),
          shape,
        )
      ],
  );
}

export const Split: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), shape.length);
  const count = c.node.outputs.length;
  const size = shape[axis];
  const even = quotient([size], [count]);
  const sizes = c.has(1)
    ? c.required(1, 'split').map((part) => (isComputed(part) ? c.unknown(axis) : part))
    : Array.from({ length: count }, (_, i) =>
        typeof size === 'string' && even !== undefined
          ? even
          : derived(size, `/${count}#${i}`, (known) => {
              const each = Math.ceil(known / count);
              return Math.min(each, known - i * each);
            }),
      );
  let first = 0;
  return sizes.map((part) => {
    const mine =
      elements && shape.length === 1 && typeof part === 'number' ? elements.slice(first, (first += part)) : undefined;
    return { type, shape: shape.map((dim, index) => (index === axis ? part : dim)), elements: mine };
  });
};

export const Gather: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const axis = axisOf(c.node, intOf(c.node, 'axis', 0), shape.length);
  const result = [...shape.slice(0, axis), ...c.shape(1), ...shape.slice(axis + 1)];
  const places = shape.length === 1 && result.length <= 1 ? c.elements(1) : undefined;
  const elements = places && c.symbols(0);
  if (!elements || !places.every((place) => typeof place === 'number')) return [{ type, shape: result }];
  return [{ type, shape: result, elements: places.map((at) => elements[at < 0 ? at + elements.length : at]) }];
};

export const Expand: ShapeRule = (c) => {
  const { type, shape, elements } = c.input(0);
  const target = c.symbols(1);
  if (!target) throw nodeError('unsupported_shape', c.node, 'the rank of its shape is computed while the graph runs');
  const rank = Math.max(shape.length, target.length);
  const at = (dims: Shape, axis: number): Dim => dims[axis - rank + dims.length] ?? 1;
  const grown = Array.from({ length: rank }, (_, axis): Dim => {
    const [from, to] = [at(shape, axis), at(target, axis)];
    // A computed number may be 1, which leaves a larger size as it is; a size with a name may be 1 itself.
    if (isComputed(to)) return typeof from === 'number' && from !== 1 ? from : c.unknown(axis);
    return to === 1 ? from : to;
  });
  const short = grown.length <= 1 && elements?.length === 1 && Number(grown[0] ?? 1) <= MAX_ELEMENTS;
  return [
    { type, shape: grown, elements: short ? new Array<Dim>(Number(grown[0] ?? 1)).fill(elements[0]) : undefined },
  ];
};

export const Pad: ShapeRule = (c) => {
  const { type, shape } = c.input(0);
  const pads = c.required(1, 'pads');
  const axes = c.has(3) ? axesOf(c.node, c.numbers(3, 'axes'), shape.length) : shape.map((_, axis) => axis);
  const padded = [...shape];
  axes.forEach((axis, i) => {
    const grown = sum([padded[axis], pads[i], pads[i + axes.length]]);
    padded[axis] = isComputed(grown) ? c.unknown(axis) : grown;
  });
  return [{ type, shape: padded }];
};

export const Tile: ShapeRule = (c) => {
  const repeats = c.required(1, 'repeats');
  return [{ type: c.input(0).type, shape: c.shape(0).map((dim, axis) => product([dim, repeats[axis]])) }];
};
