// Shared by the operators that cut or pad.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Shape } from '../../onnx/types.ts';

/** x with so many zeros before and after it on each of the axes; a negative number cuts elements off instead. */
export function place(g: GraphBuilder, x: Value, axes: readonly number[], before: Shape, after: Shape): Value {
  const changed = axes.flatMap((_, i) => (before[i] === 0 && after[i] === 0 ? [] : [i]));
  if (changed.length === 0) return x;
  const pads = [before, after].flatMap((side) => changed.map((i) => side[i]));
  return g.op('Pad', [x, g.shapeVector(pads), undefined, g.int64s(changed.map((i) => axes[i]))]);
}
