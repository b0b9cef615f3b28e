import { product } from '../../onnx/dims.ts';
import { windowCount, windowOf } from '../../onnx/shapes/window.ts';
import type { Lowering } from './lowering.ts';
import { patches } from './patches.ts';

// What every tap of the window sees of dY, tap by tap in each channel: [batch, channels·taps, places].
export const Col2ImGrad: Lowering = ({ g, node, shape }) => {
  const [dY] = node.inputs;
  const [batch, channels, ...spatial] = g.shape(dY);
  const places = windowCount(node, spatial);
  const taps = patches(g, dY, windowOf(node, spatial), places, 'zero').map((x) =>
    g.reshape(x, [batch, channels, 1, product(places)]),
  );
  return [g.reshape(taps.length === 1 ? taps[0] : g.concat(taps, 2), shape)];
};
