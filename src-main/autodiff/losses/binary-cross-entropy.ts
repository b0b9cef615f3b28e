import { tensor } from '../../onnx/tensors.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';
import { overElements, rightOnes } from './reduce.ts';

// loss = mean over all elements of  −(ω·y·ln σ(x) + (1−y)·ln(1−σ(x))) = (1−y)·x + (1 + (ω−1)·y)·ln(1 + e⁻ˣ)
//
// PyTorch's binary_cross_entropy_with_logits(pos_weight = ω). Softplus keeps it finite for every x.
// Target: float 0…1, of the logits' shape: one yes or no for each, several of which may be true at once.
// Right is a logit on its target's side: above 0 for a target above ½.
export function binaryCrossEntropy({ positiveWeight = 1 }: Extract<LossSpec, { kind: 'binary-cross-entropy' }>): Loss {
  const weights = typeof positiveWeight === 'number' ? [positiveWeight] : positiveWeight;
  if (!weights.every((weight) => weight > 0)) {
    throw new AtelierError('invalid_options', `positiveWeight=${weights.join(',')}: numbers above 0`);
  }
  return {
    attach(context) {
      const { g, prediction: x } = context;
      const { type, shape } = g.type(x);
      if (typeof positiveWeight !== 'number' && shape.at(-1) !== weights.length) {
        throw new AtelierError('invalid_options', `${weights.length} positive weights for [${shape.join(', ')}]`);
      }
      const y = context.target(type, shape);
      const softplus = g.op('Softplus', [g.neg(x)]);
      const one = g.scalar(1, x);
      const extra = tensor(
        type,
        typeof positiveWeight === 'number' ? [] : [weights.length],
        weights.map((weight) => weight - 1),
      );
      const weighted = weights.every((weight) => weight === 1)
        ? softplus
        : g.mul(g.add(one, g.mul(g.constant(extra), y)), softplus);
      const loss = overElements(context, g.add(g.mul(g.sub(one, y), x), weighted));
      const [guess, truth] = [g.op('Greater', [x, g.scalar(0, x)]), g.op('Greater', [y, g.scalar(0.5, y)])];
      return { loss, ...rightOnes(g, g.op('Equal', [guess, truth])) };
    },
    present: { as: 'probabilities', make: (g, logits) => g.op('Sigmoid', [logits]) },
  };
}
