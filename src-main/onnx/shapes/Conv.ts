import type { AtelierError } from '../../shared/errors.ts';
import { intOf, nodeError } from '../node.ts';
import type { ShapeRule } from './infer.ts';
import { windowCount } from './window.ts';
import type { Node, Shape } from '../types.ts';

/** Kernel sizes of a convolution, from its weights [out, in/groups, …kernel]. */
export function kernelOf(node: Node, weights: Shape): readonly number[] {
  return weights.slice(2).map((size) => {
    if (typeof size === 'number') return size;
    throw nodeError('unsupported_shape', node, `the kernel has the unknown size "${size}"`);
  });
}

/** The shapes of input and weights, of one rank of 3 or more, and what to throw where they do not fit each other. */
export function operandsOf(c: Parameters<ShapeRule>[0]): { x: Shape; w: Shape; mismatch: () => AtelierError } {
  const [x, w] = [c.shape(0), c.shape(1)];
  const mismatch = () => nodeError('shape_mismatch', c.node, `input [${x.join(', ')}], weights [${w.join(', ')}]`);
  if (x.length !== w.length || x.length < 3) throw mismatch();
  return { x, w, mismatch };
}

export const Conv: ShapeRule = (c) => {
  const { x, w, mismatch } = operandsOf(c);
  const group = intOf(c.node, 'group', 1);
  const [channels, perGroup, out] = [x[1], w[1], w[0]];
  if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) throw mismatch();
  if (typeof out === 'number' && out % group !== 0) throw mismatch();
  return [{ type: c.input(0).type, shape: [x[0], out, ...windowCount(c.node, x.slice(2), kernelOf(c.node, w))] }];
};
