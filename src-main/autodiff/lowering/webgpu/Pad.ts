import { stringOf } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Lowering } from '../lowering.ts';

// What negative pads cut off goes before the rest wraps around: WebGPU's kernel takes copies of it too.
export const Pad: Lowering = ({ g, node, shape }) => {
  const [data, pads] = node.inputs;
  const known = stringOf(node, 'mode', 'constant') === 'wrap' ? g.constantOf(pads) : undefined;
  const given = known ? numbersOf(known) : [];
  if (given.every((pad) => pad >= 0)) return undefined;
  const part = (keep: (pad: number) => number) => g.int64s(given.map(keep));
  const cropped = g.op('Pad', [data, part((pad) => Math.min(pad, 0))]);
  const types = [{ type: g.type(data).type, shape }];
  return g.node('Pad', [cropped, part((pad) => Math.max(pad, 0))], node.attributes, { types });
};
