// Shared by the operators that undo a window over sizes which only the run knows.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { Shape } from '../../onnx/types.ts';

/** The beginning of the spatial axes (from 2 on): what lies beyond these sizes is cut off. */
export const cropTo = (g: GraphBuilder, x: Value, spatial: Shape): Value =>
  g.op('Slice', [
    x,
    g.int64s(spatial.map(() => 0)),
    g.shapeVector(spatial),
    g.int64s(spatial.map((_, axis) => axis + 2)),
  ]);
