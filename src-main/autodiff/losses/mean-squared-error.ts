import type { Loss } from './loss.ts';

/**
 * Mean of (prediction − target)² over all elements. Target: float, the prediction's shape.
 * Summed for evaluation it is Σ over the batch of each sample's mean over its own elements.
 */
export const meanSquaredError: Loss = {
  attach(g, prediction, reduction) {
    const { type, shape } = g.type(prediction);
    const target = g.input(g.unique('target'), type, shape);
    g.scope = 'loss';
    const difference = g.sub(prediction, target);
    const squares = g.mul(difference, difference);
    const all = shape.map((_, axis) => axis);
    const perSample = shape.length > 1 ? g.reduceMean(squares, all.slice(1), false) : squares;
    const loss = reduction === 'mean' ? g.reduceMean(squares, all, false) : g.reduceSum(perSample, [0], false);
    g.scope = '';
    return { target, loss };
  },
  present: (g, prediction) => g.op('Identity', [prediction]),
};
