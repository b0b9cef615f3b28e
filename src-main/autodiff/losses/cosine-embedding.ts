import { demand } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { embeddings, perComparison } from './embeddings.ts';
import type { Loss } from './loss.ts';
import { overAll } from './reduce.ts';

// Mean over the pairs of  1 − cos(a, b) where y = 1,  max(0, cos(a, b) − margin) where y = −1
//   cos(a, b) = a·b / √((a·a + ε)(b·b + ε)),  ε = 10⁻¹²      (as PyTorch's cosine_embedding_loss)
//
// Two named outputs [n, d], or one [2n, d]. Target: int32 [n], 1 or −1.
export function cosineEmbedding({ margin = 0, outputs }: Extract<LossSpec, { kind: 'cosine-embedding' }>): Loss {
  demand({ margin }, 'from −1 to 1', (x) => x >= -1 && x <= 1);
  return {
    attach(context) {
      const { g } = context;
      const [a, b] = embeddings(context, 2, outputs);
      const y = context.target('int32', [g.shape(a)[0]]);
      const dot = (p: string, q: string) => g.reduceSum(g.mul(p, q), [1], false);
      const square = (p: string) => g.add(dot(p, p), g.scalar(1e-12, p));
      const cosine = g.div(dot(a, b), g.sqrt(g.mul(square(a), square(b))));
      const [zero, one] = [g.scalar(0, cosine), g.scalar(1, cosine)];
      const apart = g.op('Clip', [g.sub(cosine, g.scalar(margin, cosine)), zero]);
      const alike = g.op('Greater', [y, g.scalar(0, y)]);
      const terms = g.where(alike, g.sub(one, cosine), apart);
      return { loss: overAll(context, terms), ...perComparison(context, terms) };
    },
  };
}
