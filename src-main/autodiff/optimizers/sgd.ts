import type { MoveRule } from './optimizer.ts';

// w ← w − η·∇      (Robbins & Monro 1951)
export const sgd: MoveRule =
  ({ g }) =>
  ({ w, gradient, rate }) =>
    g.sub(w, g.mul(rate, gradient));
