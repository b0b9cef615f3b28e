import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { axisOf, intOf, nodeError } from '../../../onnx/node.ts';
import { numbersOf } from '../../../onnx/tensors.ts';
import type { Node } from '../../../onnx/types.ts';
import type { Lowering } from '../lowering.ts';

/** WebGPU promises a program eight buffers, one of which is what is split. */
const AT_ONCE = 7;

// Into a few large parts first, then those.
export const Split: Lowering = ({ g, node }) => {
  if (node.outputs.length <= AT_ONCE) return undefined;
  const [x] = node.inputs;
  const axis = axisOf(node, intOf(node, 'axis', 0), g.rank(x));
  return parts(g, x, sizesOf(g, node, axis), axis);
};

function sizesOf(g: GraphBuilder, node: Node, axis: number): number[] {
  const [x, split] = node.inputs;
  const known = split ? g.constantOf(split) : undefined;
  if (known) return numbersOf(known);
  const size = g.shape(x)[axis];
  const count = node.outputs.length;
  if (split || typeof size !== 'number') {
    throw nodeError('unsupported_shape', node, `${count} parts of sizes that only the run knows`);
  }
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
