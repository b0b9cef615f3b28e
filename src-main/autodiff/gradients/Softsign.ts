import type { GradientRule } from './rule.ts';

// Y = X/(1 + |X|);  dX = dY/(1 + |X|)²
export const Softsign: GradientRule<'Softsign'> = ({ g, inputs: { input: X }, dY }) => ({
  input: () => {
    const below = g.add(g.op('Abs', [X]), g.scalar(1, X));
    return g.div(dY, g.mul(below, below));
  },
});
