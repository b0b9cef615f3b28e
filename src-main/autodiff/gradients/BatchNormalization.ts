import type { Value } from '../../onnx/builder.ts';
import { floatOf, intOf } from '../../onnx/node.ts';
import { affine, batchStatistics, centredBy, perChannel } from '../forms/batch-statistics.ts';
import type { GradientRule } from './rule.ts';
import { spread } from './spread.ts';

// Y = scale·c/σ + B,  c = X − μ,  σ = √(variance + ε) per channel (Ioffe & Szegedy 2015)
//   dB = Σ dY,  dscale = Σ dY·c / σ   over all axes but the channel
//   inference (μ, σ given):                           dX = scale/σ · dY,  dμ = −Σ dX,  dvariance = −Σ dX·c / (2σ²)
//   training (μ, σ of X, n elements a channel):       dX = scale/σ · (dY − Σ dY/n − c·(Σ dY·c)/(n·σ²))
//   and by running ← m·running + (1 − m)·batch, where the loss sees those:
//                                                     dX += (1 − m)·(dμ + 2c·dvariance)/n,  drunning = m·d(next)
export const BatchNormalization: GradientRule<'BatchNormalization'> = ({ g, node, inputs, dY, dOutputs }) => {
  const { X, scale, input_mean, input_var } = inputs;
  const training = intOf(node, 'training_mode', 0) === 1;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const momentum = floatOf(node, 'momentum', 0.9);
  const axes = g.shape(X).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const statistics = () =>
    training ? batchStatistics(g, X, epsilon) : centredBy(g, X, input_mean, input_var, epsilon);
  const sum = (x: Value) => g.reduceSum(x, axes);
  const mean = (total: Value) => spread(g, total, X, total);
  const sumOfProducts = () => sum(g.mul(dY, statistics().centred));
  const channel = (x: Value) => perChannel(g, x, g.rank(X));
  const asVector = (x: Value, like: Value) => g.reshapeLike(x, like);

  const factor = () => g.div(channel(scale), statistics().deviation);
  const direct = (): Value => {
    if (!training) return g.mul(dY, factor());
    const { centred, variance } = statistics();
    const slope = g.div(mean(sumOfProducts()), variance);
    // The factor last: a convolution before takes it into its weights.
    const pull = affine(g, centred, g.neg(slope), g.neg(mean(sum(dY))));
    return g.mul(g.add(dY, pull), factor());
  };
  const [, dMean, dVariance] = dOutputs;
  const kept = (next: Value | undefined) =>
    training && next !== undefined ? () => g.scale(next, momentum) : undefined;
  const taken = (next: Value) => mean(g.scale(channel(next), 1 - momentum));
  const given = (by: () => Value) => (training ? undefined : by);
  return {
    X: () => {
      const byMean = dMean === undefined ? direct() : g.add(direct(), taken(dMean));
      if (dVariance === undefined) return byMean;
      return g.add(byMean, g.mul(g.scale(statistics().centred, 2), taken(dVariance)));
    },
    scale: () => asVector(g.div(sumOfProducts(), statistics().deviation), scale),
    B: () => asVector(sum(dY), scale),
    input_mean: kept(dMean) ?? given(() => asVector(g.neg(g.mul(sum(dY), factor())), input_mean)),
    input_var:
      kept(dVariance) ??
      given(() => {
        const total = g.div(g.mul(sumOfProducts(), factor()), statistics().variance);
        return asVector(g.scale(total, -0.5), input_var);
      }),
  };
};
