// What ONNX Runtime's kernels for the CPU (1.30) are given in another form because that is faster there; measured on one and two threads.

import { Conv } from '../blocked/Conv.ts';
import type { Lowering } from '../lowering.ts';
import { Gemm } from './Gemm.ts';
import { MatMul } from './MatMul.ts';
import { ReduceSum } from './ReduceSum.ts';

export const cpu: Readonly<Record<string, Lowering>> = { Conv, Gemm, MatMul, ReduceSum };
