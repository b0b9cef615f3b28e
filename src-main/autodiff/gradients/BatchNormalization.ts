import type { Value } from '../../onnx/builder.ts';
import { floatOf, intOf } from '../../onnx/node.ts';
import { batchStatistics, centredBy, perChannel } from '../batch-statistics.ts';
import type { GradientRule } from './rule.ts';
import { spread } from './spread.ts';

// Y = scale·c/σ + B,  c = X − μ,  σ = √(variance + ε) per channel (Ioffe & Szegedy 2015)
//   dB = Σ dY,  dscale = Σ dY·c / σ   over all axes but the channel
//   inference (μ, σ given):                           dX = scale/σ · dY
//   training (μ, σ of X, n elements a channel):       dX = scale/σ · (dY − Σ dY/n − c·(Σ dY·c)/(n·σ²))
export const BatchNormalization: GradientRule<'BatchNormalization'> = ({ g, node, inputs, dY }) => {
  const { X, scale, input_mean, input_var } = inputs;
  const training = intOf(node, 'training_mode', 0) === 1;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const axes = g.shape(X).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const statistics = () =>
    training ? batchStatistics(g, X, epsilon) : centredBy(g, X, input_mean, input_var, epsilon);
  const sum = (x: Value) => g.reduceSum(x, axes);
  const sumOfProducts = () => sum(g.mul(dY, statistics().centred));
  return {
    X: () => {
      const { centred, deviation, variance } = statistics();
      const factor = g.div(perChannel(g, scale, g.rank(X)), deviation);
      if (!training) return g.mul(dY, factor);
      const mean = (total: Value) => spread(g, total, X, total);
      const slope = g.div(mean(sumOfProducts()), variance);
      return g.mul(factor, g.sub(g.sub(dY, mean(sum(dY))), g.mul(centred, slope)));
    },
    scale: () => g.reshapeLike(g.div(sumOfProducts(), statistics().deviation), scale),
    B: () => g.reshapeLike(sum(dY), scale),
  };
};
