// Small parameters moved together. A step of an operator costs some microseconds whatever it does, and a network of many small
// vectors (biases, normalisation's scales) has hundreds of such steps in its update: for a ResNet-8 with Adam a tenth of the time.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { isStatic } from '../../onnx/dims.ts';
import { sizeOf } from '../../onnx/tensors.ts';
import type { Settings } from './groups.ts';

/** Above, an operator's step costs less than laying the numbers side by side. */
const SMALL = 1 << 14;
/** Fewer cost less apart. */
const FEW = 4;

/** Parameters that one rule may move as one, in their order; of one type and one group's settings. */
export function bundlesOf(
  g: GraphBuilder,
  gradients: ReadonlyMap<string, Value>,
  settings: ReadonlyMap<string, Settings>,
): readonly (readonly string[])[] {
  const alike = new Map<string, string[]>();
  for (const name of gradients.keys()) {
    const { type, shape } = g.type(name);
    if (!isStatic(shape) || sizeOf(shape) > SMALL) continue;
    const { rate, weightDecay, l1 } = settings.get(name)!;
    const key = [type, rate, weightDecay, l1].join(' ');
    alike.set(key, [...(alike.get(key) ?? []), name]);
  }
  return [...alike.values()].filter((names) => names.length >= FEW);
}

/** All numbers of `values` in one vector. */
export const sideBySide = (g: GraphBuilder, values: readonly Value[]): Value =>
  g.concat(
    values.map((x) => (g.rank(x) === 1 ? x : g.reshape(x, [sizeOf(g.shape(x) as readonly number[])]))),
    0,
  );

/** What `sideBySide` of such values was, apart again. */
export function apart(g: GraphBuilder, whole: Value, like: readonly Value[]): Value[] {
  const shapes = like.map((value) => g.shape(value) as readonly number[]);
  const sizes = g.int64s(shapes.map(sizeOf));
  const parts = g.node('Split', [whole, sizes], { axis: 0 }, { outputs: like.map(() => 'Split') });
  return parts.map((part, index) => (shapes[index].length === 1 ? part : g.reshape(part, shapes[index])));
}
