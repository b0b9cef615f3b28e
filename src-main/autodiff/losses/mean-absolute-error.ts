import type { Loss } from './loss.ts';
import { overElements } from './reduce.ts';

/** Mean of |prediction − target| over all elements (PyTorch: l1_loss); slope 0 where they are equal. Target: float, the prediction's shape. */
export const meanAbsoluteError: Loss = {
  attach(context) {
    const { g, prediction } = context;
    const { type, shape } = g.type(prediction);
    return { loss: overElements(context, g.op('Abs', [g.sub(prediction, context.target(type, shape))])) };
  },
};
