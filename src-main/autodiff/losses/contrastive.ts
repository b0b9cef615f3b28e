import type { Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { positive } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { embeddings, perComparison } from './embeddings.ts';
import type { Loss } from './loss.ts';
import { overAll, rightOnes } from './reduce.ts';

// S = â·b̂ᵀ/τ of the normalised embeddings; aᵢ should find bᵢ among all b, and bᵢ find aᵢ among all a:
//   loss = −½·mean over i of ( ln softmax(Sᵢ·)ᵢ + ln softmax(S·ᵢ)ᵢ )      (InfoNCE, van den Oord et al. 2018; both ways as in CLIP, 2021)
//
// Two named outputs [n, d], or one [2n, d]: two views of n samples. No target. Right is an aᵢ whose nearest b is bᵢ.
export function contrastive({ temperature = 0.1, outputs }: Extract<LossSpec, { kind: 'contrastive' }>): Loss {
  positive({ temperature });
  return {
    attach(context) {
      const { g } = context;
      const [a, b] = embeddings(context, 2, outputs);
      if (g.shape(a).join() !== g.shape(b).join()) {
        const shapes = [a, b].map((value) => `[${g.shape(value).join(', ')}]`).join(' and ');
        throw new AtelierError('unsupported_shape', `paired embeddings ${shapes}`);
      }
      // 10⁻¹² as in PyTorch's normalize: nothing but a zero vector notices.
      const unit = (x: Value) => g.div(x, g.sqrt(g.add(g.reduceSum(g.mul(x, x), [1]), g.scalar(1e-24, x))));
      const similarity = g.scale(g.matmul(unit(a), g.transpose(unit(b), [1, 0])), 1 / temperature);
      const own = g.op('EyeLike', [similarity]);
      const both = g.add(g.op('LogSoftmax', [similarity], { axis: 1 }), g.op('LogSoftmax', [similarity], { axis: 0 }));
      const terms = g.scale(g.reduceSum(g.mul(own, both), [1], false), -0.5);
      const nearest = (x: Value) => g.op('ArgMax', [x], { axis: 1, keepdims: 0 });
      const { correct } = rightOnes(g, g.op('Equal', [nearest(similarity), nearest(own)]));
      return {
        loss: overAll(context, terms),
        ...perComparison(context, terms),
        correct,
        counted: g.cast(g.op('Size', [terms]), 'int32'),
      };
    },
  };
}
