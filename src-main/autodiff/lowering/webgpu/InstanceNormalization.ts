import { floatOf, inputsOf } from '../../../onnx/node.ts';
import { standardise } from '../../forms/standardise.ts';
import type { Lowering } from '../lowering.ts';

// scale·N + B with N by the kernel for layers. WebGPU's own takes the epsilon of the first such node in the process.
export const InstanceNormalization: Lowering = ({ g, node }) => {
  const { input, scale, B } = inputsOf(node, 'InstanceNormalization');
  const rows = g.op('Reshape', [input, g.int64s([0, 0, -1])]);
  const { normal } = standardise(g, rows, 2, floatOf(node, 'epsilon', 1e-5));
  const channel = (x: string) => g.unsqueeze(x, [1]);
  return [g.reshapeLike(g.add(g.mul(normal, channel(scale)), channel(B)), input)];
};
