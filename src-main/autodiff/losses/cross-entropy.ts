import type { Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { demand } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { checkedLayout, classAxisOf, Labels } from './labels.ts';
import type { AttachedLoss, Loss } from './loss.ts';
import { quotient, total } from './reduce.ts';

// loss = −Σᵢ Σ_c q_ic·ω_c·ln softmax(logitsᵢ)_c / Σᵢ ω_yᵢ,   q_ic = (1−ε)·[c = yᵢ] + ε/C      (label smoothing: Szegedy et al. 2016)
//
// As PyTorch's cross_entropy: class weights ω also weigh the mean, a target equal to ignoreIndex counts nowhere. Through
// log-softmax, so that no probability is ever rounded to 0. Without smoothing it is ONNX's own SoftmaxCrossEntropyLoss.
//
// Mixed: [c = yᵢ] becomes λᵢ·[c = yᵢ] + (1−λᵢ)·[c = y′ᵢ], and ω_yᵢ as well (Zhang et al. 2018, Yun et al. 2019). Right is what says yᵢ.
//
// Target: int32, 0…C−1 or ignoreIndex, of the logits' shape without the class axis (which is the last of two or three axes, 1 of
// more, unless classAxis says). Where nothing counts the mean is NaN, as in PyTorch.
export function crossEntropy(spec: Extract<LossSpec, { kind: 'cross-entropy' }>): Loss {
  const { classWeights, labelSmoothing = 0, ignoreIndex, mixed = false } = spec;
  demand({ labelSmoothing }, 'from 0 to 1', (x) => x >= 0 && x <= 1);
  checkedLayout(spec);
  if (classWeights?.some((weight) => !(weight >= 0))) {
    throw new AtelierError('invalid_options', `classWeights=${classWeights.join(',')}: numbers from 0`);
  }
  if (mixed && ignoreIndex !== undefined) {
    throw new AtelierError('invalid_options', `mixed=true: not with ignoreIndex=${ignoreIndex}`);
  }
  return {
    attach(context) {
      const { g, reduction } = context;
      const labels = new Labels(context, spec);
      const weights = classWeights && labels.perClass(classWeights, 'class weights');
      if (mixed) return { ...mixture(), ...labels.rightOnes() };
      const loss = labelSmoothing === 0 ? plain() : smoothed();
      return { loss, ...labels.weight(reduction, weights), ...labels.rightOnes() };

      function plain(): Value {
        const inputs = [labels.scores, labels.labels, weights && g.reshape(weights, [labels.classes])];
        const attributes = { reduction, ignore_index: ignoreIndex };
        return g.node('SoftmaxCrossEntropyLoss', inputs, attributes, { outputs: ['loss', 'log_prob'] })[0];
      }

      function smoothed(): Value {
        const even = g.scalar(labelSmoothing / labels.classes, labels.scores);
        const counts = labels.counts();
        const sum = against(g.add(g.scale(labels.onehot(), 1 - labelSmoothing), counts ? g.mul(counts, even) : even));
        return reduction === 'sum' ? sum : quotient(g, sum, labels.totalWeight(weights));
      }

      function mixture(): Pick<AttachedLoss, 'loss' | 'weight'> {
        const { scores, classes } = labels;
        const [batch] = g.shape(scores);
        if (!labels.single) {
          const shape = g.shape(context.prediction).join(', ');
          throw new AtelierError('unsupported_shape', `mixed targets of logits [${shape}], not [batch, classes]`);
        }
        const second = labels.onehot(context.extra('second_target', 'int32', [batch]));
        const given = context.extra('target_share', 'float', [batch]);
        const { type } = g.type(scores);
        const share = g.unsqueeze(type === 'float' ? given : g.cast(given, type), [1]);
        const first = labels.onehot();
        const q = g.add(second, g.mul(share, g.sub(first, second)));
        const smooth =
          labelSmoothing === 0 ? q : g.add(g.scale(q, 1 - labelSmoothing), g.scalar(labelSmoothing / classes, scores));
        const sum = against(smooth);
        const weight = weights ? total(g, g.mul(q, weights)) : labels.totalWeight();
        if (reduction === 'mean') return { loss: quotient(g, sum, weight) };
        return typeof weight === 'number' || !weights ? { loss: sum } : { loss: sum, weight };
      }

      /** −Σᵢ Σ_c q_ic·ω_c·ln softmax(logitsᵢ)_c */
      function against(q: Value): Value {
        const weighed = weights ? g.mul(q, weights) : q;
        return g.neg(total(g, g.mul(weighed, g.op('LogSoftmax', [labels.scores], { axis: 1 }))));
      }
    },
    present: {
      as: 'probabilities',
      make: (g, logits) => g.op('Softmax', [logits], { axis: classAxisOf(g.shape(logits), spec) }),
    },
  };
}
