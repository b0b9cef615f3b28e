import { intOf } from '../../../onnx/node.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

/** Reduced over no axis, a value stays what it is; but what is done to each element before and after the sum remains. */
const elementwise =
  (write: (context: LoweringContext) => ReturnType<Lowering>): Lowering =>
  (context) => {
    const { g, node } = context;
    const axes = node.inputs[1];
    const none = !axes || g.shape(axes)[0] === 0;
    // WebGPU forgets it.
    if (!none || intOf(node, 'noop_with_empty_axes', 0) === 0) return undefined;
    return write(context);
  };

export const ReduceL1 = elementwise(({ g, node }) => [g.op('Abs', [node.inputs[0]])]);
export const ReduceL2 = ReduceL1;
export const ReduceSumSquare = elementwise(({ g, node }) => [g.mul(node.inputs[0], node.inputs[0])]);
export const ReduceLogSum = elementwise(({ g, node }) => [g.log(node.inputs[0])]);
