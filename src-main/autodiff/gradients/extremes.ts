// Max and Min over any number of values that broadcast together.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import type { GradientRule } from './rule.ts';

// Y = the largest (smallest) of Xᵢ;  dXᵢ = dY/n where Xᵢ = Y, else 0 — n of them are equal there, in PyTorch too
function extreme(g: GraphBuilder, inputs: readonly Value[], Y: Value, dY: Value): (() => Value)[] {
  if (inputs.length === 1) return [() => dY];
  const mask = (X: Value): Value => g.cast(g.op('Equal', [X, Y]), g.type(dY).type);
  let share: Value | undefined;
  return inputs.map((X) => () => {
    share ??= g.div(dY, inputs.map(mask).reduce(g.add));
    return g.mul(mask(X), share);
  });
}

export const Max: GradientRule<'Max'> = ({ g, inputs: { data_0 }, outputs: { max }, dY }) => ({
  data_0: extreme(g, data_0, max, dY),
});

export const Min: GradientRule<'Min'> = ({ g, inputs: { data_0 }, outputs: { min }, dY }) => ({
  data_0: extreme(g, data_0, min, dY),
});
