import type { GradientRule } from './rule.ts';

// Y = X repeated r times along each axis;  dX = the sum of the copies: dY with every axis split in [r, size], summed over r
export const Tile: GradientRule<'Tile'> = ({ g, inputs: { input: X, repeats }, dY }) => ({
  input: () => {
    const times = g.type(repeats).elements;
    if (!times) {
      // [r₀, r₁ …] and [size₀, size₁ …], dealt out in turn
      const columns = [repeats, g.op('Shape', [X])].map((vector) => g.unsqueeze(vector, [1]));
      const apart = g.op('Reshape', [dY, g.reshape(g.concat(columns, 1), [-1])]);
      const copies = g.int64s(g.shape(X).map((_, axis) => 2 * axis));
      return g.node('ReduceSum', [apart, copies], { keepdims: 0 }, { types: [g.type(X)] })[0];
    }
    const apart = g.shape(X).flatMap((size, axis) => (times[axis] === 1 ? [size] : [times[axis], size]));
    const copies = times.flatMap((time, axis) =>
      time === 1 ? [] : [axis + times.slice(0, axis).filter((before) => before !== 1).length],
    );
    return copies.length === 0 ? dY : g.reduceSum(g.reshape(dY, apart), copies, false);
  },
});
