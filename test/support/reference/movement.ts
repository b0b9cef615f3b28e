// Operators that move, repeat, cut or surround values without computing with them.

import {
  array,
  type Array64,
  broadcast,
  get,
  make,
  number,
  list,
  type ReferenceOperator,
  type ReferenceOperators,
  text,
} from './array.ts';

const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** The parts of an axis: as given, or `parts` equal ones, the last of which may be smaller. */
function partSizes(total: number, given: Array64 | undefined, parts: number): number[] {
  if (given) return [...given.data];
  const each = Math.ceil(total / parts);
  return Array.from({ length: parts }, (_, i) => Math.min(each, total - i * each));
}

const split: ReferenceOperator = (node, [x, sizes]) => {
  const axis = fromFront(number(node, 'axis', 0), x!.shape.length);
  let first = 0;
  return partSizes(x!.shape[axis], sizes, node.outputs.length).map((length) => {
    const start = first;
    first += length;
    const shape = x!.shape.map((dim, i) => (i === axis ? length : dim));
    return make(shape, (at) =>
      get(
        x!,
        at.map((place, i) => (i === axis ? place + start : place)),
      ),
    );
  });
};

/** Where on an axis of `length` elements the pad's copy at `place` (which may lie outside) comes from. */
const sources: Record<string, (place: number, length: number) => number> = {
  constant: (place) => place,
  edge: (place, length) => Math.min(Math.max(place, 0), length - 1),
  reflect: (place, length) => (place < 0 ? -place : place >= length ? 2 * (length - 1) - place : place),
  wrap: (place, length) => (place + length) % length,
};

const pad: ReferenceOperator = (node, [x, pads, constant, axes]) => {
  const { shape } = x!;
  const on = axes ? [...axes.data].map((axis) => fromFront(axis, shape.length)) : shape.map((_, axis) => axis);
  const begin = shape.map(() => 0);
  const end = shape.map(() => 0);
  on.forEach((axis, i) => ([begin[axis], end[axis]] = [pads!.data[i], pads!.data[i + on.length]]));
  const source = sources[text(node, 'mode', 'constant')];
  const padded = shape.map((dim, axis) => dim + begin[axis] + end[axis]);
  return [
    make(padded, (at) => {
      const from = at.map((place, axis) => {
        // Negative pads cut first; what is left is what the others copy from.
        const [cut, length] = [
          Math.max(0, -begin[axis]),
          shape[axis] + Math.min(0, begin[axis]) + Math.min(0, end[axis]),
        ];
        const inner = place - Math.max(0, begin[axis]);
        if (text(node, 'mode', 'constant') === 'constant' && (inner < 0 || inner >= length)) return -1;
        return cut + source(inner, length);
      });
      return from.includes(-1) ? (constant?.data[0] ?? 0) : get(x!, from);
    }),
  ];
};

const tile: ReferenceOperator = (_node, [x, repeats]) => [
  make(
    x!.shape.map((dim, axis) => dim * repeats!.data[axis]),
    (at) =>
      get(
        x!,
        at.map((place, axis) => place % x!.shape[axis]),
      ),
  ),
];

const expand: ReferenceOperator = (_node, [x, shape]) => [
  make(broadcast(x!.shape, [...shape!.data]), (at) => get(x!, at)),
];

const trilu: ReferenceOperator = (node, [x, k]) => {
  const diagonal = k ? k.data[0] : 0;
  const upper = number(node, 'upper', 1) === 1;
  return [
    make(x!.shape, (at) => {
      const above = at[at.length - 1] - at[at.length - 2] - diagonal;
      return (upper ? above >= 0 : above <= 0) ? get(x!, at) : 0;
    }),
  ];
};

const cumSum: ReferenceOperator = (node, [x, on]) => {
  const axis = fromFront(on!.data[0], x!.shape.length);
  const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) => number(node, name, 0) === 1);
  return [
    make(x!.shape, (at) => {
      let sum = 0;
      for (let i = 0; i < x!.shape[axis]; i++) {
        const before = reverse ? i > at[axis] : i < at[axis];
        if (before || (i === at[axis] && !exclusive)) sum += get(x!, Object.assign([...at], { [axis]: i }));
      }
      return sum;
    }),
  ];
};

const depthToSpace: ReferenceOperator = (node, [x]) => {
  const b = number(node, 'blocksize', 1);
  const [n, channels, height, width] = x!.shape;
  const c = channels / (b * b);
  const columnFirst = text(node, 'mode', 'DCR') === 'DCR';
  return [
    make([n, c, height * b, width * b], ([i, channel, row, column]) => {
      const inBlock = (row % b) * b + (column % b);
      const depth = columnFirst ? inBlock * c + channel : channel * b * b + inBlock;
      return get(x!, [i, depth, Math.floor(row / b), Math.floor(column / b)]);
    }),
  ];
};

const spaceToDepth: ReferenceOperator = (node, [x]) => {
  const b = number(node, 'blocksize', 1);
  const [n, c, height, width] = x!.shape;
  return [
    make([n, c * b * b, height / b, width / b], ([i, depth, row, column]) => {
      const inBlock = Math.floor(depth / c);
      return get(x!, [i, depth % c, row * b + Math.floor(inBlock / b), column * b + (inBlock % b)]);
    }),
  ];
};

const centerCropPad: ReferenceOperator = (node, [x, target]) => {
  const { shape } = x!;
  const axes = (list(node, 'axes') ?? shape.map((_, axis) => axis)).map((axis) => fromFront(axis, shape.length));
  const result = [...shape];
  axes.forEach((axis, i) => (result[axis] = target!.data[i]));
  return [
    make(result, (at) => {
      const from = at.map((place, axis) => place + Math.trunc((shape[axis] - result[axis]) / 2));
      return from.some((place, axis) => place < 0 || place >= shape[axis]) ? 0 : get(x!, from);
    }),
  ];
};

const shapeOf: ReferenceOperator = (node, [x]) => {
  const part = x!.shape.slice(number(node, 'start', 0), number(node, 'end', x!.shape.length));
  return [array([part.length], part)];
};

export const movement: ReferenceOperators = {
  Split: split,
  Pad: pad,
  Tile: tile,
  Expand: expand,
  Trilu: trilu,
  CumSum: cumSum,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  CenterCropPad: centerCropPad,
  Shape: shapeOf,
};
