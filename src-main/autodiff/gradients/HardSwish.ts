import type { GradientRule } from './rule.ts';

// Y = X·(X/6 + 1/2 between 0 and 1);  dX = 0 where X < −3, dY where X ≥ 3, else dY·(X/3 + 1/2)
export const HardSwish: GradientRule<'HardSwish'> = ({ g, inputs: { X }, dY }) => ({
  X: () => {
    const between = g.mul(dY, g.add(g.scale(X, 1 / 3), g.scalar(0.5, X)));
    const below3 = g.where(g.op('Less', [X, g.scalar(3, X)]), between, dY);
    return g.where(g.op('Less', [X, g.scalar(-3, X)]), g.scalar(0, X), below3);
  },
});
