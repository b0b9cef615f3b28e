import { localResponse } from '../forms/local-response.ts';
import type { GradientRule } from './rule.ts';

// Y = X/s^β,  s = bias + α·(mean of the neighbouring channels' X²)   (Krizhevsky et al. 2012)
//   dX = dY/s^β − 2αβ·X·Σ dY·X/s^(β+1)/n   over the channels that X is a neighbour of
export const LRN: GradientRule<'LRN'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => {
    const { scale, alpha, beta, spread } = localResponse(g, node, X);
    const direct = g.mul(dY, g.pow(scale, g.scalar(-beta, X)));
    const across = spread(g.div(g.mul(direct, X), scale));
    return g.sub(direct, g.scale(g.mul(X, across), 2 * alpha * beta));
  },
});
