import type { Value } from '../../onnx/builder.ts';
import { oneOf, positive } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { embeddings, perComparison } from './embeddings.ts';
import type { Loss } from './loss.ts';
import { overAll, rightOnes } from './reduce.ts';

// Mean over the triplets of  max(0, D(anchor, positive) − D(anchor, negative) + margin)      (Schroff et al. 2015)
//   D(a, b) = ‖a − b + ε‖,  ε = 10⁻⁶      (as PyTorch's triplet_margin_loss; swap: Balntas et al. 2016)
//
// Three named outputs [n, d], or one [3n, d]. No target. Right is a triplet whose anchor is nearer to the positive.
export function triplet({ margin = 1, norm = 2, swap = false, outputs }: Extract<LossSpec, { kind: 'triplet' }>): Loss {
  positive({ margin });
  oneOf({ norm }, [1, 2]);
  return {
    attach(context) {
      const { g } = context;
      const [a, p, n] = embeddings(context, 3, outputs);
      const distance = (x: Value, y: Value) => {
        const difference = g.add(g.sub(x, y), g.scalar(1e-6, x));
        return norm === 1
          ? g.reduceSum(g.op('Abs', [difference]), [1], false)
          : g.sqrt(g.reduceSum(g.mul(difference, difference), [1], false));
      };
      const near = distance(a, p);
      const far = swap ? g.op('Min', [distance(a, n), distance(p, n)]) : distance(a, n);
      const gap = g.add(g.sub(near, far), g.scalar(margin, near));
      const terms = g.op('Clip', [gap, g.scalar(0, gap)]);
      const { correct } = rightOnes(g, g.op('Less', [near, far]));
      return {
        loss: overAll(context, terms),
        ...perComparison(context, terms),
        correct,
        counted: g.cast(g.op('Size', [terms]), 'int32'),
      };
    },
  };
}
