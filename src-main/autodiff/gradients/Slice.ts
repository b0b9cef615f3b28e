import { axesOf, nodeError } from '../../onnx/node.ts';
import { sliceIndices } from '../../onnx/shapes/movement.ts';
import { numbersOf } from '../../onnx/tensors.ts';
import type { GradientRule } from './rule.ts';

// Y = X[start:end:step] on some axes;  dX = dY with zeros around it, and between its elements where step ≠ 1
//
// A step s > 1 spreads dY by unsqueezing an axis, padding it to s, and merging: dY → [n,1] → [n,s] → [n·s] → crop, pad.
export const Slice: GradientRule<'Slice'> = ({ g, node, inputs: { data, starts, ends, axes, steps }, dY }) => ({
  data: () => {
    const [from, to, on, by] = [starts, ends, axes, steps].map((value) => {
      const constant = value ? g.constantOf(value) : undefined;
      return constant && numbersOf(constant);
    });
    if (!from || !to) throw nodeError('unsupported_shape', node, 'its bounds are computed while the graph runs');
    const rank = g.rank(data);
    const cut = on ? axesOf(node, on, rank) : from.map((_, axis) => axis);

    let result = dY;
    const before = new Array<number>(rank).fill(0);
    const after = new Array<number>(rank).fill(0);
    cut.forEach((axis, i) => {
      const size = g.shape(data)[axis];
      const step = by?.[i] ?? 1;
      const whole = from[i] === 0 && step === 1 && to[i] >= 2 ** 31 - 1;
      if (whole) return;
      if (typeof size !== 'number') throw nodeError('unsupported_shape', node, `cuts the unknown size "${size}"`);
      const { first, count } = sliceIndices(size, from[i], to[i], step);
      const stride = Math.abs(step);
      // A backward slice is a forward one, reversed.
      if (step < 0) result = g.slice(result, [-1], [-(2 ** 31)], [axis], [-1]);
      if (stride > 1) {
        const shape = g.shape(result);
        const pads = new Array<number>(2 * (rank + 1)).fill(0);
        pads[rank + 1 + axis + 1] = stride - 1;
        const apart = g.op('Pad', [g.unsqueeze(result, [axis + 1]), g.int64s(pads)]);
        const merged = g.reshape(
          apart,
          shape.map((dim, k) => (k === axis ? count * stride : dim)),
        );
        result = g.slice(merged, [0], [(count - 1) * stride + 1], [axis]);
      }
      before[axis] = step > 0 ? first : first + (count - 1) * step;
      after[axis] = size - before[axis] - ((count - 1) * stride + 1);
    });
    return [...before, ...after].some((pad) => pad !== 0)
      ? g.op('Pad', [result, g.int64s([...before, ...after])])
      : result;
  },
});
