import type { GraphBuilder, Value } from '../../onnx/builder.ts';

// ∂(½λ‖w‖² + κ‖w‖₁)/∂w = λw + κ·sign(w)
export function penalised(g: GraphBuilder, gradient: Value, w: Value, penalties: { l2: number; l1: number }): Value {
  const { l2, l1 } = penalties;
  const withL2 = l2 ? g.add(gradient, g.scale(w, l2)) : gradient;
  return l1 ? g.add(withL2, g.scale(g.op('Sign', [w]), l1)) : withL2;
}

/** Decoupled weight decay: w·(1 − ηλ), apart from the gradient. */
export const shrunk = (g: GraphBuilder, w: Value, rate: Value, decay: number): Value =>
  decay ? g.mul(w, g.sub(g.scalar(1, rate), g.scale(rate, decay))) : w;
