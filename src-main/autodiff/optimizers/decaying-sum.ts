import type { Value } from '../../onnx/builder.ts';
import type { OptimizerContext } from './optimizer.ts';

/**
 * s ← βs + x, from 0: the moving average (1−β)·s without its factor, which the rules fold into their rates. The same sum of
 * ones is (1−βᵗ)/(1−β), so a bias correction is a quotient of two such sums, and nothing like 1 − 0.999 is computed in 32 bits.
 */
export function decayingSum({ g, state }: OptimizerContext, name: string, beta: number, x: Value): Value {
  const slot = state(name, g.shape(x), 0);
  const next = g.add(g.scale(slot.value, beta), x);
  slot.become(next);
  return next;
}
