import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { filled, scalar } from '../../onnx/tensors.ts';
import type { ValueType } from '../../onnx/types.ts';

/** Zeros of a type and shape, which may be that of a value in a graph inside this one. */
export const zeros = (g: GraphBuilder, { type, shape }: ValueType): Value =>
  isStatic(shape)
    ? g.constant(filled(type, shape, 0))
    : g.op('Expand', [g.constant(scalar(type, 0)), g.shapeVector(shape)]);
