import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** √Σx² over all elements of all values: a scalar. */
export const normOf = (g: GraphBuilder, values: readonly Value[]): Value =>
  g.sqrt(values.map((x) => g.op('ReduceSumSquare', [x], { keepdims: 0 })).reduce((sum, each) => g.add(sum, each)));
