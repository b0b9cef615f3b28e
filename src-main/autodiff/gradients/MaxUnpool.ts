import type { GradientRule } from './rule.ts';

// Y[I] = X, 0 elsewhere, with I places in the whole flattened Y;  dX = dY[I]
export const MaxUnpool: GradientRule<'MaxUnpool'> = ({ g, inputs: { X, I }, dY }) => ({
  X: () => {
    const flat = (x: string) => g.op('Reshape', [x, g.int64s([-1])]);
    return g.reshapeLike(g.op('GatherElements', [flat(dY), flat(I)], { axis: 0 }), X);
  },
});
