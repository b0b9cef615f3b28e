import { positive } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';
import { overElements } from './reduce.ts';

// Mean over all elements of  d²/2 where |d| ≤ δ, δ·(|d| − δ/2) beyond,  d = prediction − target      (Huber 1964)
//
// Both are c·(d − c/2) with c = d clipped to ±δ. PyTorch: huber_loss(delta); smooth_l1_loss(beta = δ) is this over δ.
// Target: float, the prediction's shape.
export function huber({ delta = 1 }: Extract<LossSpec, { kind: 'huber' }>): Loss {
  positive({ delta });
  return {
    attach(context) {
      const { g, prediction } = context;
      const { type, shape } = g.type(prediction);
      const d = g.sub(prediction, context.target(type, shape));
      const c = g.op('Clip', [d, g.scalar(-delta, d), g.scalar(delta, d)]);
      return { loss: overElements(context, g.mul(c, g.sub(d, g.scale(c, 0.5)))) };
    },
  };
}
