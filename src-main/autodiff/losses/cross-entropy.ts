import { AtelierError } from '../../shared/errors.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Loss } from './loss.ts';

/**
 * −ln softmax(logits)[target], through log-softmax, so that no probability is ever rounded to 0.
 * Target: int32 [batch], the class index, in 0…classes−1. Class weights as in PyTorch: the mean is Σ ωᵢ·lossᵢ / Σ ωᵢ.
 */
export function crossEntropy(classWeights?: readonly number[]): Loss {
  return {
    attach(g, logits, reduction) {
      const { type, shape } = g.type(logits);
      const classes = shape[1];
      if (shape.length !== 2 || typeof classes !== 'number') {
        throw new AtelierError(
          'unsupported_shape',
          `cross-entropy of logits [${shape.join(', ')}], not [batch, classes]`,
        );
      }
      if (classWeights && classWeights.length !== classes) {
        throw new AtelierError('invalid_options', `${classWeights.length} class weights for ${classes} classes`);
      }
      const target = g.input(g.unique('target'), 'int32', [shape[0]]);
      g.scope = 'loss';
      const weights = classWeights && g.constant(tensor(type, [classes], classWeights));
      const [loss] = g.node(
        'SoftmaxCrossEntropyLoss',
        [logits, target, weights],
        { reduction },
        { outputs: ['loss', 'log_prob'] },
      );
      const guess = g.cast(g.op('ArgMax', [logits], { axis: 1, keepdims: 0 }), 'int32');
      const hits = g.cast(g.op('Equal', [guess, target]), 'float');
      const correct = g.cast(g.op('ReduceSum', [hits], { keepdims: 0 }), 'int32');
      g.scope = '';
      return { target, loss, correct };
    },
    present: (g, logits) => g.op('Softmax', [logits], { axis: 1 }),
  };
}
