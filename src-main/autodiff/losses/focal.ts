import { AtelierError } from '../../shared/errors.ts';
import { notNegative } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { checkedLayout, classAxisOf, Labels } from './labels.ts';
import type { Loss } from './loss.ts';
import { quotient, total } from './reduce.ts';

// loss = −mean α_y·(1−p_y)^γ·ln p_y,  p = softmax(logits)      (Lin et al. 2017, for several classes)
//
// The mean is over the targets that count, also with α. 1 − p_y is the sum of the other classes' probabilities, which keeps its
// digits where p_y is nearly 1; below 10⁻³⁰ the power counts as constant, since with γ < 1 its slope at 0 is infinite.
// Target: as cross-entropy's.
export function focal(spec: Extract<LossSpec, { kind: 'focal' }>): Loss {
  const { gamma = 2, alpha = 1 } = spec;
  notNegative({ gamma });
  checkedLayout(spec);
  const alphas = typeof alpha === 'number' ? [alpha] : alpha;
  if (alphas.some((each) => !(each >= 0))) {
    throw new AtelierError('invalid_options', `alpha=${alphas.join(',')}: numbers from 0`);
  }
  return {
    attach(context) {
      const { g, reduction } = context;
      const labels = new Labels(context, spec);
      const onehot = labels.onehot();
      const logP = g.op('LogSoftmax', [labels.scores], { axis: 1 });
      const perClass = typeof alpha === 'number' ? undefined : labels.perClass(alpha, 'alphas');
      const chosen = g.reduceSum(g.mul(perClass ? g.mul(onehot, perClass) : onehot, logP), [1]);
      const others = g.mul(g.exp(logP), g.sub(g.scalar(1, onehot), onehot));
      const miss = g.op('Clip', [g.reduceSum(others, [1]), g.scalar(1e-30, others)]);
      const terms = gamma === 0 ? chosen : g.mul(g.pow(miss, g.scalar(gamma, miss)), chosen);
      const sum = g.scale(total(g, terms), typeof alpha === 'number' ? -alpha : -1);
      return {
        loss: reduction === 'sum' ? sum : quotient(g, sum, labels.totalWeight()),
        ...labels.weight(reduction),
        ...labels.rightOnes(),
      };
    },
    present: {
      as: 'probabilities',
      make: (g, logits) => g.op('Softmax', [logits], { axis: classAxisOf(g.shape(logits), spec) }),
    },
  };
}
