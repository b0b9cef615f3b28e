// Which rule infers which operator. An operator that is missing here cannot be compiled: the error names it.

import { nodeError } from '../node.ts';
import { isOperator, type Operator } from '../operators.ts';
import type { Node, Tensor, ValueType } from '../types.ts';
import { Conv } from './Conv.ts';
import { ConvTranspose } from './ConvTranspose.ts';
import { arithmetic, broadcasting, Cast, comparison, sameAsInput, sameWithElements, Where } from './elementwise.ts';
import { Gemm } from './Gemm.ts';
import { InferContext, type ShapeRule } from './infer.ts';
import { BatchNormalization, Dropout, SoftmaxCrossEntropyLoss } from './layers.ts';
import { MatMul } from './MatMul.ts';
import { Concat, Expand, Flatten, Gather, Pad, Slice, Split, Squeeze, Tile, Transpose, Unsqueeze } from './movement.ts';
import { AveragePool, GlobalPool, MaxPool, MaxUnpool } from './pools.ts';
import { ArgMax, Reduce, TopK } from './reductions.ts';
import { Reshape } from './Reshape.ts';
import { Constant, ConstantOfShape, OneHot, Range, ShapeOf, Size } from './sources.ts';

export const shapeRules: Partial<Record<Operator, ShapeRule>> = {
  Abs: sameAsInput,
  Add: arithmetic((a, b) => a + b),
  And: comparison,
  ArgMax,
  ArgMin: ArgMax,
  AveragePool,
  BatchNormalization,
  Cast,
  Ceil: sameAsInput,
  Clip: sameAsInput,
  Concat,
  Constant,
  ConstantOfShape,
  Conv,
  ConvTranspose,
  Cos: sameAsInput,
  CumSum: sameAsInput,
  Div: arithmetic((a, b) => Math.trunc(a / b)),
  Dropout,
  Elu: sameAsInput,
  Equal: comparison,
  Erf: sameAsInput,
  Exp: sameAsInput,
  Expand,
  Flatten,
  Floor: sameAsInput,
  Gather,
  GatherElements: (c) => [{ type: c.input(0).type, shape: c.shape(1) }],
  Gelu: sameAsInput,
  Gemm,
  GlobalAveragePool: GlobalPool,
  GlobalMaxPool: GlobalPool,
  Greater: comparison,
  GreaterOrEqual: comparison,
  HardSigmoid: sameAsInput,
  HardSwish: sameAsInput,
  Identity: sameWithElements,
  IsNaN: (c) => [{ type: 'bool', shape: c.shape(0) }],
  LeakyRelu: sameAsInput,
  Less: comparison,
  LessOrEqual: comparison,
  Log: sameAsInput,
  LogSoftmax: sameAsInput,
  MatMul,
  Max: broadcasting,
  MaxPool,
  MaxUnpool,
  Mean: broadcasting,
  Min: broadcasting,
  Mish: sameAsInput,
  Mod: broadcasting,
  Mul: arithmetic((a, b) => a * b),
  Neg: sameAsInput,
  Not: sameAsInput,
  OneHot,
  Or: comparison,
  PRelu: sameAsInput,
  Pad,
  Pow: broadcasting,
  Range,
  Reciprocal: sameAsInput,
  ReduceL1: Reduce,
  ReduceL2: Reduce,
  ReduceLogSum: Reduce,
  ReduceLogSumExp: Reduce,
  ReduceMax: Reduce,
  ReduceMean: Reduce,
  ReduceMin: Reduce,
  ReduceProd: Reduce,
  ReduceSum: Reduce,
  ReduceSumSquare: Reduce,
  Relu: sameAsInput,
  Reshape,
  Round: sameAsInput,
  ScatterElements: sameAsInput,
  ScatterND: sameAsInput,
  Selu: sameAsInput,
  Shape: ShapeOf,
  Sigmoid: sameAsInput,
  Sign: sameAsInput,
  Sin: sameAsInput,
  Size,
  Slice,
  Softmax: sameAsInput,
  SoftmaxCrossEntropyLoss,
  Softplus: sameAsInput,
  Softsign: sameAsInput,
  Split,
  Sqrt: sameAsInput,
  Squeeze,
  Sub: arithmetic((a, b) => a - b),
  Sum: broadcasting,
  Tanh: sameAsInput,
  Tile,
  TopK,
  Transpose,
  Trilu: sameAsInput,
  Unsqueeze,
  Where,
};

export function inferNode(
  node: Node,
  typeOf: (name: string) => ValueType,
  constantOf: (name: string) => Tensor | undefined,
): readonly ValueType[] {
  const rule = node.domain === '' && isOperator(node.op) ? shapeRules[node.op] : undefined;
  if (!rule) throw nodeError('unsupported_operator', node, 'its output shape is not known to the compiler');
  return rule(new InferContext(node, typeOf, constantOf));
}
