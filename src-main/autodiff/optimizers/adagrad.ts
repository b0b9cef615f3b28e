import type { OptimizerSpec } from '../types.ts';
import type { MoveRule } from './optimizer.ts';

// s ← s + ∇²;  w ← w − η·∇ / (√s + ε)      (Duchi et al. 2011; PyTorch's lr_decay is a schedule here)
export const adagrad =
  ({ epsilon = 1e-10, initial = 0 }: Extract<OptimizerSpec, { kind: 'adagrad' }>): MoveRule =>
  ({ g, state }) =>
  ({ name, w, gradient, rate }) => {
    const squares = state(`${name}/squares`, g.shape(w), initial);
    const s = g.add(squares.value, g.mul(gradient, gradient));
    squares.become(s);
    return g.sub(w, g.mul(rate, g.div(gradient, g.add(g.sqrt(s), g.scalar(epsilon, w)))));
  };
