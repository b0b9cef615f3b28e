import type { Loss } from './loss.ts';
import { overElements } from './reduce.ts';

/**
 * Mean of (prediction − target)² over all elements. Target: float, the prediction's shape.
 * Summed for evaluation it is Σ over the batch of each sample's mean over its own elements.
 */
export const meanSquaredError: Loss = {
  attach(context) {
    const { g, prediction } = context;
    const { type, shape } = g.type(prediction);
    const difference = g.sub(prediction, context.target(type, shape));
    return { loss: overElements(context, g.mul(difference, difference)) };
  },
};
