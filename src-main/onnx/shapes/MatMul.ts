import { broadcast } from '../dims.ts';
import { nodeError } from '../node.ts';
import type { ShapeRule } from './infer.ts';

/** NumPy's matmul: the last two axes multiply, those before broadcast, a vector gains an axis and loses it again. */
export const MatMul: ShapeRule = (c) => {
  const [a, b] = [c.shape(0), c.shape(1)];
  if (a.length === 0 || b.length === 0)
    throw nodeError('shape_mismatch', c.node, 'a scalar has no axis to multiply along');
  const inner = [a[a.length - 1], b[Math.max(0, b.length - 2)]];
  if (inner[0] !== inner[1] && inner.every((dim) => typeof dim === 'number')) {
    throw nodeError('shape_mismatch', c.node, `[${a.join(', ')}] times [${b.join(', ')}]`);
  }
  const batch = broadcast(c.node, a.slice(0, -2), b.slice(0, -2));
  const rows = a.length > 1 ? [a[a.length - 2]] : [];
  const columns = b.length > 1 ? [b[b.length - 1]] : [];
  return [{ type: c.input(0).type, shape: [...batch, ...rows, ...columns] }];
};
