import { windowOf } from '../../onnx/shapes/window.ts';
import { addPatches } from './add-patches.ts';
import type { Lowering } from './lowering.ts';

// Every element of a window gets the window's dY.
export const SumPoolGrad: Lowering = ({ g, node, shape }) => [
  addPatches(g, node, node.inputs[0], { window: windowOf(node, shape.slice(2)), to: shape }),
];
