import type { Value } from '../../onnx/builder.ts';
import { floatOf, inputsOf, intOf } from '../../onnx/node.ts';
import { affine, batchStatistics, perChannel } from '../forms/batch-statistics.ts';
import type { Lowering } from './lowering.ts';

// The training form, written out: WebGPU accepts the operator and then fails, and the gradient needs these values anyway.
//   Y = c·(scale/σ) + B;  running ← momentum·running + (1 − momentum)·batch
export const BatchNormalization: Lowering = ({ g, node }) => {
  if (intOf(node, 'training_mode', 0) === 0) return undefined;
  const { X, scale, B, input_mean, input_var } = inputsOf(node, 'BatchNormalization');
  const { mean, population, centred, deviation } = batchStatistics(g, X, floatOf(node, 'epsilon', 1e-5));
  const channel = (x: Value) => perChannel(g, x, g.rank(X));
  const momentum = floatOf(node, 'momentum', 0.9);
  const blend = (running: Value, batch: Value) =>
    g.add(g.scale(running, momentum), g.scale(g.reshapeLike(batch, running), 1 - momentum));
  return [
    affine(g, centred, g.div(channel(scale), deviation), channel(B)),
    blend(input_mean, mean),
    blend(input_var, population),
  ];
};
