import { float } from '../../../onnx/attributes.ts';
import type { Value } from '../../../onnx/builder.ts';
import { floatOf, intOf } from '../../../onnx/node.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';
import { isLarge } from './large.ts';

// Two forms that ONNX Runtime's kernel is slower at than it need be.
export const Gemm: Lowering = (context) => biasApart(context) ?? widerFirst(context);

/**
 * A large result's bias is added afterwards: the kernel would first lay it out as large as the result, on one thread (2560×512: 3.9 ms
 * against 2.7 + 1.0 ms on one thread, 2.7 against 1.4 + 0.5 on two).
 */
function biasApart({ g, node, shape }: LoweringContext): Value[] | undefined {
  const [A, B, C] = node.inputs;
  if (!C || !isLarge(shape) || isLarge(g.shape(C))) return undefined;
  const { beta: _, ...attributes } = node.attributes;
  return [g.add(g.op('Gemm', [A, B], attributes), g.scale(C, floatOf(node, 'beta', 1)))];
}

/** B is packed anew for every so many rows of the result, A for every 128 columns; so few rows and many columns change places. */
const FEW_ROWS = 256;
const LONG = 512;

/**
 * Aᵀ·B of a narrow A and a wide B, as gradients of widening layers are, is (Bᵀ·A)ᵀ: 2.6 ms instead of 2.9 ms for 128×2560×512, the
 * transposition included. The runtime would take a plain Transpose back into the product, so it is one of three axes.
 */
function widerFirst({ g, node, shape: [rows, columns] }: LoweringContext): Value[] | undefined {
  const [A, B, C] = node.inputs;
  const length = g.shape(A)[0];
  if (C || intOf(node, 'transA', 0) === 0 || intOf(node, 'transB', 0) === 1) return undefined;
  if (typeof rows !== 'number' || typeof columns !== 'number' || rows > FEW_ROWS || columns < 2 * rows)
    return undefined;
  if (typeof length === 'number' && length < LONG) return undefined;
  const turned = g.op('Gemm', [B, A], { alpha: float(floatOf(node, 'alpha', 1)), transA: 1 });
  const three = g.transpose(g.reshape(turned, [1, columns, rows]), [0, 2, 1]);
  return [g.reshape(three, [rows, columns])];
}
