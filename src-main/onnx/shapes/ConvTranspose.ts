import { derived } from '../dims.ts';
import { intOf, intsOf, nodeError } from '../node.ts';
import { kernelOf } from './Conv.ts';
import type { ShapeRule } from './infer.ts';
import { reach, windowOf } from './window.ts';

/** Weights are [in, out/groups, …kernel]; each axis grows to (size−1)·stride + reach − pads + output_padding. */
export const ConvTranspose: ShapeRule = (c) => {
  const [x, w] = [c.shape(0), c.shape(1)];
  const group = intOf(c.node, 'group', 1);
  const perGroup = w[1];
  if (typeof perGroup !== 'number') throw nodeError('unsupported_shape', c.node, `"${perGroup}" output channels`);
  if (intsOf(c.node, 'output_shape')) throw nodeError('unsupported_attribute', c.node, 'output_shape');
  const spatial = x.slice(2);
  const window = windowOf(c.node, spatial, kernelOf(c.node, w));
  const extra = intsOf(c.node, 'output_padding') ?? spatial.map(() => 0);
  const grown = spatial.map((size, axis) => {
    const more = reach(window, axis) - window.begin[axis] - window.end[axis] + extra[axis];
    const stride = window.strides[axis];
    return derived(size, `-1*${stride}+${more}`, (known) => (known - 1) * stride + more);
  });
  return [{ type: c.input(0).type, shape: [x[0], perGroup * group, ...grown] }];
};
