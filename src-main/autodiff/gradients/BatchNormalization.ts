import { floatOf, intOf } from '../../onnx/node.ts';
import { batchStatistics, perChannel } from '../batch-statistics.ts';
import type { GradientRule } from './rule.ts';

// Y = scale·x̂ + B,  x̂ = (X − μ)/√(σ² + ε) per channel (Ioffe & Szegedy 2015)
//   dB = Σ dY,  dscale = Σ dY·x̂   over all axes but the channel
//   inference (μ, σ² given):    dX = dY·scale/√(σ² + ε)
//   training (μ, σ² of X, n elements a channel):  dX = scale/√(σ² + ε) · (dY − dB/n − x̂·dscale/n)
export const BatchNormalization: GradientRule<'BatchNormalization'> = ({ g, node, inputs, dY }) => {
  const { X, scale, input_mean, input_var } = inputs;
  const training = intOf(node, 'training_mode', 0) === 1;
  const axes = g.shape(X).flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const channel = (x: string) => perChannel(g, x, g.rank(X));
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const statistics = () =>
    training
      ? batchStatistics(g, X, epsilon)
      : {
          centred: g.sub(X, channel(input_mean)),
          deviation: g.sqrt(g.add(channel(input_var), g.scalar(epsilon, X))),
        };
  const normalised = () => {
    const { centred, deviation } = statistics();
    return g.div(centred, deviation);
  };
  const sum = (x: string) => g.reduceSum(x, axes);
  return {
    X: () => {
      const factor = g.div(channel(scale), statistics().deviation);
      if (!training) return g.mul(dY, factor);
      const x = normalised();
      const meanOfDY = g.reduceMean(dY, axes);
      const meanOfDYx = g.reduceMean(g.mul(dY, x), axes);
      return g.mul(factor, g.sub(g.sub(dY, meanOfDY), g.mul(x, meanOfDYx)));
    },
    scale: () => g.reshapeLike(sum(g.mul(dY, normalised())), scale),
    B: () => g.reshapeLike(sum(dY), scale),
  };
};
