// Shared by the operators that move a window: auto_pad SAME over sizes that only the run knows.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { autoPadOf, reach, unpadded } from '../../onnx/shapes/window.ts';
import type { Attributes, Node } from '../../onnx/types.ts';

/** The same window over a value that is padded already. */
export interface Unpadded {
  readonly attributes: Attributes;
  /** A value of X's spatial sizes, with as many elements around it as the window would add. */
  pad(x: Value, fill?: Value): Value;
  /** Undoes that: what was added is cut off. */
  crop(x: Value): Value;
}

/** undefined: the pads are known, or there are none. */
export function samePads(g: GraphBuilder, node: Node, X: Value, kernelShape?: readonly number[]): Unpadded | undefined {
  const auto = autoPadOf(node);
  const spatial = g.shape(X).slice(2);
  if (auto !== 'SAME_UPPER' && auto !== 'SAME_LOWER') return undefined;
  const window = unpadded(node, spatial.length, kernelShape);
  const { strides } = window;
  if (spatial.every((size, axis) => typeof size === 'number' || strides[axis] === 1)) return undefined;

  const number = (value: number): Value => g.int64s([value]);
  // As many as the last of ⌈size/stride⌉ windows reaches beyond the size.
  const totals = spatial.map((size, axis) => {
    const [length, stride] = [g.sizeVector(size), number(strides[axis])];
    const starts = g.mul(g.div(g.add(length, number(strides[axis] - 1)), stride), stride);
    const beyond = g.sub(g.add(starts, number(reach(window, axis) - strides[axis])), length);
    return g.op('Max', [beyond, number(0)]);
  });
  const less = totals.map((total) => g.div(total, number(2)));
  const more = totals.map((total, axis) => g.sub(total, less[axis]));
  const pads = g.concat(auto === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less], 0);
  const axes = g.int64s(spatial.map((_, axis) => axis + 2));
  const { auto_pad: _auto, pads: _pads, ...attributes } = node.attributes;
  return {
    attributes,
    pad: (x, fill) => g.op('Pad', [x, pads, fill, axes]),
    crop: (x) => g.node('Pad', [x, g.neg(pads), undefined, axes], {}, { types: [g.type(X)] })[0],
  };
}
