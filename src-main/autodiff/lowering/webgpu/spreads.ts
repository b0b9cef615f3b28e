import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { sameShape } from '../../../onnx/dims.ts';

/** Whether an elementwise operator must broadcast rows or columns: its inputs differ in shape, and none is a single number. */
export function spreads(g: GraphBuilder, [a, b]: readonly Value[]): boolean {
  const single = (x: Value) => g.rank(x) === 0 || sameShape(g.shape(x), [1]);
  return !single(a) && !single(b) && !sameShape(g.shape(a), g.shape(b));
}
