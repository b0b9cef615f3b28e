// What ONNX Runtime's provider for WebGPU (1.30) takes and then fails at or gets wrong, and what it leaves to the CPU although
// that is easily avoided. Found by comparing every operator with the CPU over its attributes and shapes; the stage `webgpu` of
// `npm test` runs on the provider itself. What stays as it is: Sin and Cos are exact to 2e-4 on some GPUs (WGSL promises
// 5e-4), and comparisons and logarithms need not know infinities and NaN.

import type { Lowering } from '../lowering.ts';
import { And } from './And.ts';
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
import { Pow } from './Pow.ts';
import { ReduceLogSumExp } from './ReduceLogSumExp.ts';
import { Resize } from './Resize.ts';
import { LayerNormalization, RMSNormalization } from './row-scales.ts';
import { Sign } from './Sign.ts';
import { Slice } from './Slice.ts';
import { Split } from './Split.ts';

/** Each says in which form, and what is done instead. */
export const webgpu: Readonly<Record<string, Lowering>> = {
  And,
  Conv,
  ConvTranspose,
  Einsum,
  Gemm,
  InstanceNormalization,
  LayerNormalization,
  LogSoftmax,
  MatMul,
  MaxPool,
  Pad,
  Pow,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceSumSquare,
  Resize,
  RMSNormalization,
  Sign,
  Slice,
  Split,
};
