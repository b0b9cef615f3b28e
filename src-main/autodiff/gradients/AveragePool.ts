import { intOf } from '../../onnx/node.ts';
import type { GradientRule } from './rule.ts';
import { samePads } from './same-pads.ts';

// Y = mean of X over each window;  every element of a window gets dY / (number of elements counted).
export const AveragePool: GradientRule<'AveragePool'> = ({ g, node, inputs: { X }, dY }) => ({
  X: () => {
    const same = samePads(g, node, X);
    if (!same) return g.abstract('AveragePoolGrad', [dY, X], X, node.attributes);
    const { pad, crop, attributes } = same;
    const whole = pad(X);
    // Over the padded X every window is full; which share of it was counted, a picture of ones shows.
    const ones = () => g.op('Expand', [g.scalar(1, X), g.shapeVector([1, 1, ...g.shape(X).slice(2)])]);
    const counted = intOf(node, 'count_include_pad', 0) === 1;
    const share = counted ? dY : g.div(dY, g.node('AveragePool', [pad(ones())], { ...attributes })[0]);
    return crop(g.abstract('AveragePoolGrad', [share, whole], whole, attributes));
  },
});
