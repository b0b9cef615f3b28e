import { axesOf } from '../../onnx/node.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { Lowering } from './lowering.ts';

// With pads for every axis, instead of for those that `axes` lists: ONNX Runtime's transpose optimizer overlooks that list
// where it moves a Transpose across a Pad, and the graph fails when it runs ("Gather_token … out of data bounds").
export const Pad: Lowering = ({ g, node, shape }) => {
  const [data, pads, value, axes] = node.inputs;
  const constant = axes ? g.constantOf(axes) : undefined;
  if (!constant) return undefined;
  const rank = shape.length;
  const on = axesOf(node, numbersOf(constant), rank);
  // Where each axis has its pad in the short list; the 0 behind the list for one that has none.
  const at = (axis: number, offset: number) => (on.includes(axis) ? offset + on.indexOf(axis) : 2 * on.length);
  const order = [0, on.length].flatMap((offset) => shape.map((_, axis) => at(axis, offset)));
  const known = g.constantOf(pads);
  const all = known
    ? g.int64s(order.map((place) => numbersOf(known)[place] ?? 0))
    : g.op('Gather', [g.concat([pads, g.int64s([0])], 0), g.int64s(order)]);
  return g.node('Pad', [data, all, value], node.attributes, { types: [{ type: g.type(data).type, shape }] });
};
