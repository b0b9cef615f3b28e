import { isComputed, product, quotient } from '../dims.ts';
import { intOf, nodeError } from '../node.ts';
import type { Dim } from '../types.ts';
import type { ShapeRule } from './infer.ts';

/** 0 copies the input's size (unless allowzero), one −1 takes what is left. */
export const Reshape: ShapeRule = (c) => {
  const from = c.shape(0);
  const { type, elements } = c.input(0);
  const target = c.symbols(1);
  if (!target) {
    const length = c.shape(1)[0];
    if (typeof length !== 'number')
      throw nodeError('unsupported_shape', c.node, 'the rank is computed while the graph runs');
    return [{ type, shape: Array.from({ length }, (_, axis) => c.unknown(axis)) }];
  }
  const copyZero = intOf(c.node, 'allowzero', 0) === 0;
  const sizes = target.map((dim, axis): Dim => {
    if (dim === 0 && copyZero) return from[axis] ?? 0;
    // A computed number may turn out to be -1, or 0: the axis has some size then, but not that one.
    return isComputed(dim) ? c.unknown(axis) : dim;
  });
  const hole = sizes.indexOf(-1);
  const others = sizes.filter((_, axis) => axis !== hole);
  if (hole >= 0) sizes[hole] = quotient(from, others) ?? c.unknown(hole);
  const known = [...from, ...sizes].every((dim) => typeof dim === 'number');
  if (known && product(from) !== product(sizes)) {
    throw nodeError('shape_mismatch', c.node, `[${from.join(', ')}] does not fill [${target.join(', ')}]`);
  }
  return [{ type, shape: sizes, elements }];
};
