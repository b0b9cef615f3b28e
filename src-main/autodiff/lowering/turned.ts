// Shared by the spellings of a transposed convolution as a convolution, whose weights they exchange and turn around.

import type { GraphBuilder, Value } from '../../onnx/builder.ts';

/** W [a, b/groups, …k] → [b, a/groups, …k], each kernel turned around. */
export function turned(g: GraphBuilder, W: Value, group: number): Value {
  const [a, perGroup, ...kernel] = g.shape(W) as number[];
  const spatial = kernel.map((_, axis) => axis);
  const grouped = group === 1 ? W : g.reshape(W, [group, a / group, perGroup, ...kernel]);
  const offset = group === 1 ? 0 : 1;
  const lead = group === 1 ? [1, 0] : [0, 2, 1];
  const swapped = g.transpose(grouped, [...lead, ...spatial.map((axis) => axis + 2 + offset)]);
  const joined = group === 1 ? swapped : g.reshape(swapped, [group * perGroup, a / group, ...kernel]);
  if (kernel.every((size) => size === 1)) return joined;
  const all = (value: number) => kernel.map(() => value);
  return g.slice(
    joined,
    all(-1),
    all(-(2 ** 31)),
    spatial.map((axis) => axis + 2),
    all(-1),
  );
}
