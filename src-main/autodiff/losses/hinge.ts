import { positive } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';
import { overElements, rightOnes } from './reduce.ts';

// Mean over all elements of  max(0, margin − y·x), or its square      (support vector machines: Cortes & Vapnik 1995)
//
// Target y: float −1 or 1, the prediction's shape. Right is a prediction on its target's side.
export function hinge({ margin = 1, squared = false }: Extract<LossSpec, { kind: 'hinge' }>): Loss {
  positive({ margin });
  return {
    attach(context) {
      const { g, prediction: x } = context;
      const { type, shape } = g.type(x);
      const agreement = g.mul(context.target(type, shape), x);
      const gap = g.op('Clip', [g.sub(g.scalar(margin, x), agreement), g.scalar(0, x)]);
      const loss = overElements(context, squared ? g.mul(gap, gap) : gap);
      return { loss, ...rightOnes(g, g.op('Greater', [agreement, g.scalar(0, x)])) };
    },
  };
}
