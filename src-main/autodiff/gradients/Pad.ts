import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { difference, isNatural, sum } from '../../onnx/dims.ts';
import { axesOf, nodeError, stringOf, unsupportedAttribute } from '../../onnx/node.ts';
import type { Dim, Shape } from '../../onnx/types.ts';
import { place } from './place.ts';
import type { GradientRule } from './rule.ts';

// Y = X with elements before and after it on some axes, or without some of its own where a pad is negative.
//
// Constants around it:  dX = dY without them,  dconstant = their sum.
// Copies of X around it (reflect, edge, wrap):  dX = dY without them, plus each one where it was copied from. As padding
// goes axis by axis, so does taking it back.
export const Pad: GradientRule<'Pad'> = ({ g, node, inputs: { data, pads, axes }, dY }) => {
  const rank = g.rank(data);
  const on = axes ? axesOf(node, g.type(axes).elements as number[], rank) : g.shape(data).map((_, axis) => axis);
  const mode = stringOf(node, 'mode', 'constant');
  const known = g.type(pads).elements;
  const [before, after]: Shape[] = known ? [known.slice(0, on.length), known.slice(on.length)] : [[], []];

  const withoutConstants = (): Value => {
    const negated = (side: Shape) => side.map((pad) => difference(0, pad));
    if (known) return place(g, dY, on, negated(before), negated(after));
    return g.node('Pad', [dY, g.neg(pads), undefined, axes], {}, { types: [g.type(data)] })[0];
  };
  const withoutCopies = (): Value => {
    const takeBack = copies[mode];
    if (!takeBack) throw unsupportedAttribute(node, 'mode');
    if (!known?.every((pad) => typeof pad === 'number' || isNatural(pad)))
      throw nodeError('unsupported_shape', node, 'its pads are computed while the graph runs');
    const positive = (pad: Dim): Dim => (typeof pad === 'number' ? Math.max(0, pad) : pad);
    const cut = (side: Shape): number[] => side.map((pad) => (typeof pad === 'number' ? Math.max(0, -pad) : 0));
    const [cutBefore, cutAfter] = [cut(before), cut(after)];
    let result = dY;
    on.forEach((axis, i) => {
      const [head, tail] = [positive(before[i]), positive(after[i])];
      if (head === 0 && tail === 0) return;
      const size = difference(g.shape(data)[axis], cutBefore[i] + cutAfter[i]);
      if (
        mode === 'wrap' &&
        [head, tail].some((pad) => typeof pad === 'number' && typeof size === 'number' && pad > size)
      )
        throw nodeError('unsupported_attribute', node, `wraps ${size} elements more than once`);
      result = takeBack(g, result, axis, size, head, tail);
    });
    return place(g, result, on, cutBefore, cutAfter);
  };
  return {
    data: mode === 'constant' ? withoutConstants : withoutCopies,
    constant_value: () => {
      const total = (x: Value): Value =>
        g.reduceSum(
          x,
          g.shape(x).map((_, axis) => axis),
          false,
        );
      return mode === 'constant' ? g.sub(total(dY), total(withoutConstants())) : g.scalar(0, dY);
    },
  };
};

type TakeBack = (g: GraphBuilder, dY: Value, axis: number, size: Dim, head: Dim, tail: Dim) => Value;

/** dY in three parts along the axis: copies before, the `size` elements themselves, copies after. */
function parts(g: GraphBuilder, dY: Value, axis: number, head: Dim, tail: Dim): [Value, Value, Value] {
  const stretch = (start: Dim, end: Dim): Value =>
    g.op('Slice', [dY, g.shapeVector([start]), g.shapeVector([end]), g.int64s([axis])]);
  const end = 2 ** 31 - 1;
  const toTail = tail === 0 ? end : difference(0, tail);
  return [stretch(0, head), stretch(head, toTail), stretch(toTail, end)];
}

const copies: Readonly<Record<string, TakeBack>> = {
  // … 2 1 | 0 1 2 … |: the mirror stands on the first element.
  reflect: (g, dY, axis, size, head, tail) => {
    const [first, middle, last] = parts(g, dY, axis, head, tail);
    const mirrored = (x: Value): Value => g.slice(x, [-1], [-(2 ** 31)], [axis], [-1]);
    const left = (pad: Dim): Dim => difference(size, sum([pad, 1]));
    const added = [middle];
    if (head !== 0) added.push(place(g, mirrored(first), [axis], [1], [left(head)]));
    if (tail !== 0) added.push(place(g, mirrored(last), [axis], [left(tail)], [1]));
    return added.reduce(g.add);
  },
  // 0 0 | 0 1 2 …
  edge: (g, dY, axis, size, head, tail) => {
    const [first, middle, last] = parts(g, dY, axis, head, tail);
    const others = difference(size, 1);
    const added = [middle];
    if (head !== 0) added.push(place(g, g.reduceSum(first, [axis]), [axis], [0], [others]));
    if (tail !== 0) added.push(place(g, g.reduceSum(last, [axis]), [axis], [others], [0]));
    return added.reduce(g.add);
  },
  // … 8 9 | 0 1 2 … 9 | 0 1 …
  wrap: (g, dY, axis, size, head, tail) => {
    const [first, middle, last] = parts(g, dY, axis, head, tail);
    const added = [middle];
    if (head !== 0) added.push(place(g, first, [axis], [difference(size, head)], [0]));
    if (tail !== 0) added.push(place(g, last, [axis], [0], [difference(size, tail)]));
    return added.reduce(g.add);
  },
};
