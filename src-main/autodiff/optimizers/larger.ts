import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** The larger of two, element by element. WebGPU has no Max. */
export const larger = (g: GraphBuilder, a: Value, b: Value): Value => g.where(g.op('Greater', [a, b]), a, b);
