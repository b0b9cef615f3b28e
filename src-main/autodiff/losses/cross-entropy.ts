import type { Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { demand } from '../options.ts';
import type { LossSpec } from '../types.ts';
import { checkedLayout, classAxisOf, Labels } from './labels.ts';
import type { Loss } from './loss.ts';
import { quotient, total } from './reduce.ts';

// loss = −Σᵢ Σ_c q_ic·ω_c·ln softmax(logitsᵢ)_c / Σᵢ ω_yᵢ,   q_ic = (1−ε)·[c = yᵢ] + ε/C      (label smoothing: Szegedy et al. 2016)
//
// As PyTorch's cross_entropy: class weights ω also weigh the mean, a target equal to ignoreIndex counts nowhere. Through
// log-softmax, so that no probability is ever rounded to 0. Without smoothing it is ONNX's own SoftmaxCrossEntropyLoss.
//
// Target: int32, 0…C−1 or ignoreIndex, of the logits' shape without the class axis (which is the last of two or three axes, 1 of
// more, unless classAxis says). Where nothing counts the mean is NaN, as in PyTorch.
export function crossEntropy(spec: Extract<LossSpec, { kind: 'cross-entropy' }>): Loss {
  const { classWeights, labelSmoothing = 0, ignoreIndex } = spec;
  demand({ labelSmoothing }, 'from 0 to 1', (x) => x >= 0 && x <= 1);
  checkedLayout(spec);
  if (classWeights?.some((weight) => !(weight >= 0))) {
    throw new AtelierError('invalid_options', `classWeights=${classWeights.join(',')}: numbers from 0`);
  }
  return {
    attach(context) {
      const { g, reduction } = context;
      const labels = new Labels(context, spec);
      const weights = classWeights && labels.perClass(classWeights, 'class weights');
      const loss = labelSmoothing === 0 ? plain() : smoothed();
      return { loss, ...labels.weight(reduction, weights), ...labels.rightOnes() };

      function plain(): Value {
        const inputs = [labels.scores, labels.labels, weights && g.reshape(weights, [labels.classes])];
        const attributes = { reduction, ignore_index: ignoreIndex };
        return g.node('SoftmaxCrossEntropyLoss', inputs, attributes, { outputs: ['loss', 'log_prob'] })[0];
      }

      function smoothed(): Value {
        const { scores, classes } = labels;
        const even = g.scalar(labelSmoothing / classes, scores);
        const counts = labels.counts();
        const mixed = g.add(g.scale(labels.onehot(), 1 - labelSmoothing), counts ? g.mul(counts, even) : even);
        const q = weights ? g.mul(mixed, weights) : mixed;
        const sum = g.neg(total(g, g.mul(q, g.op('LogSoftmax', [scores], { axis: 1 }))));
        return reduction === 'sum' ? sum : quotient(g, sum, labels.totalWeight(weights));
      }
    },
    present: {
      as: 'probabilities',
      make: (g, logits) => g.op('Softmax', [logits], { axis: classAxisOf(g.shape(logits), spec) }),
    },
  };
}
