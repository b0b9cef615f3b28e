import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** Every element to −limit … limit (PyTorch: clip_grad_value_). */
export const clipValue = (g: GraphBuilder, gradient: Value, limit: number): Value =>
  g.op('Clip', [gradient, g.scalar(-limit, gradient), g.scalar(limit, gradient)]);

/**
 * The factor that all gradients take so that their common norm is at most `limit`: min(1, limit/(norm + 10⁻⁶)), as PyTorch's
 * clip_grad_norm_ (Pascanu et al. 2013).
 */
export function clipFactor(g: GraphBuilder, norm: Value, limit: number): Value {
  const factor = g.div(g.scalar(limit, norm), g.add(norm, g.scalar(1e-6, norm)));
  const one = g.scalar(1, norm);
  return g.where(g.op('Less', [factor, one]), factor, one);
}
