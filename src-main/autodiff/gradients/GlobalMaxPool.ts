import { product } from '../../onnx/dims.ts';
import { zerosOf } from './add-at.ts';
import type { GradientRule } from './rule.ts';

// Y = max of X over the spatial axes;  dX gets dY where each channel's first maximum stands
export const GlobalMaxPool: GradientRule<'GlobalMaxPool'> = ({ g, inputs: { X }, dY }) => ({
  X: () => {
    const [batch, channels, ...spatial] = g.shape(X);
    const rows = [batch, channels, product(spatial)];
    const flat = (x: string) => g.op('Reshape', [x, g.int64s([0, 0, -1])]);
    const first = g.cast(g.op('ArgMax', [flat(X)], { axis: 2, keepdims: 1 }), 'int32');
    return g.reshapeLike(g.op('ScatterElements', [zerosOf(g, rows, X), first, flat(dY)], { axis: 2 }), X);
  },
});
