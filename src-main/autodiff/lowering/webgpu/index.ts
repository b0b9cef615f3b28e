// What ONNX Runtime's provider for WebGPU (1.30) takes and then fails at or gets wrong, and what it leaves to the CPU although
// that is easily avoided. Found by comparing every operator with the CPU over its attributes and shapes; the stage `webgpu` of
// `npm test` runs on the provider itself.
//
// What stays as it is:
// - Comparisons and logarithms need not know infinities and NaN.
// - Half precision is an optional feature of WebGPU (shader-f16); without it a run fails and says so.
// - For want of kernels the CPU computes whatever is in 64 bits (sizes, and indices on their way) and Scan itself, not its steps;
//   further AffineGrid, Col2Im, Compress, Det, EyeLike, GridSample, LpPool, LRN, MaxPool's Indices, MaxUnpool,
//   MeanVarianceNormalization, Mod, NonZero, Round, Shrink, TensorScatter.

import type { Lowering } from '../lowering.ts';
import { And } from './And.ts';
import { Cast } from './Cast.ts';
import { Conv } from './Conv.ts';
import { ConvTranspose } from './ConvTranspose.ts';
import { Einsum } from './Einsum.ts';
import { ReduceL1, ReduceL2, ReduceLogSum, ReduceSumSquare } from './empty-reductions.ts';
import { Gemm } from './Gemm.ts';
import { InstanceNormalization } from './InstanceNormalization.ts';
import { LogSoftmax } from './LogSoftmax.ts';
import { MatMul } from './MatMul.ts';
import { MaxPool } from './MaxPool.ts';
import { Pad } from './Pad.ts';
import { Celu, ConstantOfShape, Mean, Neg, Or, Selu, Size, Softsign, SpaceToDepth, Sum, Transpose } from './plainer.ts';
import { Pow } from './Pow.ts';
import { ReduceLogSumExp } from './ReduceLogSumExp.ts';
import { Resize } from './Resize.ts';
import { ReverseSequence } from './ReverseSequence.ts';
import { LayerNormalization, RMSNormalization } from './row-scales.ts';
import { Sign } from './Sign.ts';
import { Slice } from './Slice.ts';
import { Split } from './Split.ts';
import { Acos, Asinh, Cos, Sin, Tan } from './trigonometry.ts';

/** Each says in which form, and what is done instead. */
export const webgpu: Readonly<Record<string, Lowering>> = {
  Acos,
  And,
  Asinh,
  Cast,
  Celu,
  ConstantOfShape,
  Conv,
  ConvTranspose,
  Cos,
  Einsum,
  Gemm,
  InstanceNormalization,
  LayerNormalization,
  LogSoftmax,
  MatMul,
  MaxPool,
  Mean,
  Neg,
  Or,
  Pad,
  Pow,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceSumSquare,
  Resize,
  ReverseSequence,
  RMSNormalization,
  Selu,
  Sign,
  Sin,
  Size,
  Slice,
  Softsign,
  SpaceToDepth,
  Split,
  Sum,
  Tan,
  Transpose,
};
