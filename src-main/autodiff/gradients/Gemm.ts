import { float } from '../../onnx/attributes.ts';
import { floatOf, intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';

// Y = α·A·B + β·C, where A and B may be transposed
//   dA = α·dY·Bᵀ   (transposed if A was:  α·B·dYᵀ)
//   dB = α·Aᵀ·dY   (transposed if B was:  α·dYᵀ·A)
//   dC = β·dY
export const Gemm: GradientRule<'Gemm'> = ({ g, node, inputs: { A, B }, dY }) => {
  const [transA, transB] = [intOf(node, 'transA', 0), intOf(node, 'transB', 0)];
  const alpha = float(floatOf(node, 'alpha', 1));
  return {
    A: () =>
      transA
        ? g.op('Gemm', [B, dY], { alpha, transA: transB, transB: 1 })
        : g.op('Gemm', [dY, B], { alpha, transB: 1 - transB }),
    B: () =>
      transB
        ? g.op('Gemm', [dY, A], { alpha, transA: 1, transB: transA })
        : g.op('Gemm', [A, dY], { alpha, transA: 1 - transA }),
    C: () => g.scale(dY, floatOf(node, 'beta', 1)),
  };
};
