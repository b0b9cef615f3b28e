import { isStatic } from '../../../onnx/dims.ts';
import { floatOf, intOf, nodeError, stringOf } from '../../../onnx/node.ts';
import { changedAxes, matrixOf, timesMatrix } from '../../forms/resize.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

// By products with matrices, where WebGPU's kernel stops (antialias) or interpolates along the wrong axes (batch and channels).
export const Resize: Lowering = (context) => {
  const { g, node, shape } = context;
  const antialias = intOf(node, 'antialias', 0) === 1;
  const smooth = stringOf(node, 'mode', 'nearest') !== 'nearest';
  if (!smooth || isIdentity(context)) return undefined;
  const axes = changedAxes(g, node, shape);
  const inFront = shape.length > 2 && axes.some(({ axis, scale }) => axis < 2 && scale !== undefined);
  if (!antialias && !inFront) return undefined;
  if (!axes.every(({ from, to }) => isStatic([from, to])) || floatOf(node, 'extrapolation_value', 0) !== 0) {
    const form = antialias ? 'antialias' : 'along channels';
    throw nodeError('unsupported_attribute', node, `${form}, sizes that only the run knows or an extrapolation_value`);
  }
  return [axes.reduce((x, each) => timesMatrix(g, x, matrixOf(g, node, each), each.axis), node.inputs[0])];
};

/** What those matrices are made from: the runtime resizes it before it gives anything to a device. */
const isIdentity = ({ g, node }: LoweringContext): boolean =>
  g.nodes.some(({ op, outputs }) => op === 'EyeLike' && outputs[0] === node.inputs[0]);
