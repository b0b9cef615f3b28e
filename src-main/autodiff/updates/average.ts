// Evaluating by an average of the weights instead of their latest values (Polyak & Juditsky 1992).
//
// a ← δa + (1−δ)w, from the initial weights. With warm-up δ is min(δ, (1+t)/(10+t)), t updates having been made before, so that
// the initial weights are soon forgotten (as TensorFlow's ExponentialMovingAverage with num_updates).

import type { Value } from '../../onnx/builder.ts';
import type { OptimizerContext } from '../optimizers/optimizer.ts';
import type { UpdateOptions } from '../types.ts';

/** How an average takes in a new value. */
export function averaging(
  { g, rate, state }: OptimizerContext,
  { decay, warmup = false }: NonNullable<UpdateOptions['average']>,
): (average: Value, value: Value) => Value {
  if (!warmup) return (average, value) => g.add(g.scale(average, decay), g.scale(value, 1 - decay));
  const updates = state('averaged', [], 0);
  const t = updates.value;
  updates.become(g.add(t, g.scalar(1, rate)));
  const early = g.div(g.add(t, g.scalar(1, rate)), g.add(t, g.scalar(10, rate)));
  const full = g.scalar(decay, rate);
  const delta = g.where(g.op('Less', [early, full]), early, full);
  const rest = g.sub(g.scalar(1, rate), delta);
  return (average, value) => g.add(g.mul(average, delta), g.mul(value, rest));
}
