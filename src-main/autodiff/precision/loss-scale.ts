// Small gradients are nothing in 16 bits, so the loss is scaled up before it is differentiated and the gradients down again before
// they are used. The scale is as large as the numbers bear (Micikevicius et al. 2018, section 3.2; the numbers are those of PyTorch's
// GradScaler): it doubles after 2,000 steps in which every gradient was finite, and halves at one in which some was not, which
// then changes nothing else.

import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import type { Graph } from '../../onnx/types.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Slot } from '../optimizers/optimizer.ts';

export const INITIAL_SCALE = 2 ** 16;
const GROWTH_INTERVAL = 2000;
/** Sums below this are of finite numbers; not-a-number is not below anything. */
const FINITE = 3e38;

/** The graph with an input for the scale. Errors: invalid_options for a loss that is not of 32 bits. */
export function scaledLoss(graph: Graph, loss: Value): { readonly graph: Graph; readonly scale: Value } {
  const g = GraphBuilder.extend(graph);
  const { type } = g.type(loss);
  if (type !== 'float') {
    throw new AtelierError('invalid_options', `precision=mixed: the model computes in ${type}; it is for float models`);
  }
  const scale = g.input(g.unique('state/loss_scale'), type, []);
  return { graph: g.finish(), scale };
}

export interface Scaled {
  /** The gradients themselves; all 0 where some was not finite. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** bool scalar: every gradient was finite. */
  readonly finite: Value;
}

/** `scaled`: gradients of the scaled loss, float. `scale` and `steps` (finite ones in a row): state, scalars. */
export function unscale(g: GraphBuilder, scaled: ReadonlyMap<string, Value>, scale: Slot, steps: Slot): Scaled {
  const { scope } = g;
  g.scope = 'update';
  const one = g.scalar(1, scale.value);
  const zero = g.scalar(0, scale.value);
  const sums = [...scaled.values()].map((gradient) => g.op('ReduceSum', [g.op('Abs', [gradient])], { keepdims: 0 }));
  const total = sums.reduce((sum, each) => g.add(sum, each));
  const finite = g.op('Less', [total, g.scalar(FINITE, scale.value)]);

  const streak = g.add(steps.value, one);
  const grows = g.op('GreaterOrEqual', [streak, g.scalar(GROWTH_INTERVAL, scale.value)]);
  const larger = g.mul(scale.value, g.where(grows, g.scalar(2, scale.value), one));
  scale.become(g.where(finite, larger, g.mul(scale.value, g.scalar(0.5, scale.value))));
  steps.become(g.where(finite, g.where(grows, zero, streak), zero));

  const inverse = g.div(one, scale.value);
  const gradients = [...scaled].map(([name, gradient]): [string, Value] => {
    g.scope = `update/${name}`;
    return [name, g.where(finite, g.mul(gradient, inverse), zero)];
  });
  g.scope = scope;
  return { gradients: new Map(gradients), finite };
}
