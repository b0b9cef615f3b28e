import { intOf, nodeError } from '../node.ts';
import type { ShapeRule } from './infer.ts';

export const Gemm: ShapeRule = (c) => {
  const [a, b] = [c.shape(0), c.shape(1)];
  if (a.length !== 2 || b.length !== 2) {
    throw nodeError('shape_mismatch', c.node, `[${a.join(', ')}] and [${b.join(', ')}] are not two matrices`);
  }
  const [rows, inner] = intOf(c.node, 'transA', 0) ? [a[1], a[0]] : [a[0], a[1]];
  const [inner2, columns] = intOf(c.node, 'transB', 0) ? [b[1], b[0]] : [b[0], b[1]];
  if (inner !== inner2 && typeof inner === 'number' && typeof inner2 === 'number') {
    throw nodeError('shape_mismatch', c.node, `multiplies along ${inner} and ${inner2}`);
  }
  return [{ type: c.input(0).type, shape: [rows, columns] }];
};
