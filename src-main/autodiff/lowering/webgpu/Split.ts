import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { axisOf, intOf } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Node } from '../../../onnx/types.ts';
import type { Lowering } from '../lowering.ts';

/** WebGPU promises a program eight buffers, one of which is what is split. */
const AT_ONCE = 7;

// Into a few large parts first, then those. Where only the run knows the sizes, by one Slice each.
export const Split: Lowering = ({ g, node }) => {
  if (node.outputs.length <= AT_ONCE) return undefined;
  const [x] = node.inputs;
  const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(x));
  const sizes = sizesOf(g, node, axis);
  return sizes ? parts(g, x, sizes, axis) : slices(g, node, axis);
};

/** undefined where only the run knows. */
function sizesOf(g: GraphBuilder, node: Node, axis: number): number[] | undefined {
  const [x, split] = node.inputs;
  const known = split ? g.constantOf(split) : undefined;
  if (known) return numbersOf(known);
  const size = g.shape(x)[axis];
  const count = node.outputs.length;
  if (split || typeof size !== 'number') return undefined;
  // All alike, the last one smaller.
  const each = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(each, size - i * each)));
}

function parts(g: GraphBuilder, x: Value, sizes: readonly number[], axis: number): Value[] {
  const split = (of: readonly number[]) =>
    g.node('Split', [x, g.int64s(of)], { axis }, { outputs: of.map(() => 'Split') });
  if (sizes.length <= AT_ONCE) return split(sizes);
  const perPart = Math.ceil(sizes.length / AT_ONCE);
  const groups = Array.from({ length: Math.ceil(sizes.length / perPart) }, (_, i) =>
    sizes.slice(i * perPart, (i + 1) * perPart),
  );
  const larger = split(groups.map((group) => group.reduce((sum, size) => sum + size, 0)));
  return groups.flatMap((group, i) => (group.length === 1 ? [larger[i]] : parts(g, larger[i], group, axis)));
}

function slices(g: GraphBuilder, { inputs: [x, split], outputs }: Node, axis: number): Value[] {
  const from = (vector: Value, at: number) => g.slice(vector, [at], [at + 1], [0]);
  const count = g.int64s([outputs.length]);
  // All alike, the last one smaller: Slice stops where the axis ends.
  const size = g.op('Shape', [x], { start: axis, end: axis + 1 });
  const each = split ? undefined : g.div(g.add(size, g.int64s([outputs.length - 1])), count);
  let start: Value = g.int64s([0]);
  return outputs.map((_, i) => {
    const end = g.add(start, each ?? from(split, i));
    const part = g.op('Slice', [x, start, end, g.int64s([axis])]);
    start = end;
    return part;
  });
}
