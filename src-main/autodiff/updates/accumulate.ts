// Gradients of several calls become one update: the same as one batch that many times as large, where the loss is a mean over
// batches of one size. Nothing branches: every call computes an update, and all but the last of a round keep the old values.

import type { Value } from '../../onnx/builder.ts';
import type { OptimizerContext } from '../optimizers/optimizer.ts';

export interface Accumulation {
  /** The mean of the gradients since the last update, this one included; of those that are still to come, 0. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** bool scalar: this call updates. */
  readonly due: Value;
}

export function accumulate(
  { g, rate, state }: OptimizerContext,
  gradients: ReadonlyMap<string, Value>,
  calls: number,
): Accumulation {
  const counter = state('calls', [], 0);
  const count = g.add(counter.value, g.scalar(1, rate));
  const due = g.op('GreaterOrEqual', [count, g.scalar(calls, rate)]);
  counter.become(g.where(due, g.scalar(0, rate), count));
  const means = [...gradients].map(([name, gradient]): [string, Value] => {
    const { scope } = g;
    g.scope = `update/${name}`;
    const sum = state(`${name}/accumulated`, g.shape(gradient), 0);
    const total = g.add(sum.value, gradient);
    sum.become(g.where(due, g.scalar(0, total), total));
    const mean = g.scale(total, 1 / calls);
    g.scope = scope;
    return [name, mean];
  });
  return { gradients: new Map(means), due };
}
