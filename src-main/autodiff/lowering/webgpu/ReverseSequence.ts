import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { intOf } from '../../../onnx/node.ts';
import { tensor } from '../../../onnx/tensors.ts';
import type { Dim } from '../../../onnx/types.ts';
import type { Lowering } from '../lowering.ts';

// X at step length − 1 − t where t < length, else at t. WebGPU has no ReverseSequence: left alone, all of X would visit the CPU.
export const ReverseSequence: Lowering = ({ g, node, shape }) => {
  const [X, lengths] = node.inputs;
  if (g.type(X).type !== 'float') return undefined;
  const time = intOf(node, 'time_axis', 0);
  const others = shape.map((_, axis) => axis).filter((axis) => axis !== time);
  const steps = g.unsqueeze(stepsOf(g, shape[time]), others);
  const batch = intOf(node, 'batch_axis', 1);
  const each = g.unsqueeze(
    g.cast(lengths, 'int32'),
    shape.map((_, axis) => axis).filter((axis) => axis !== batch),
  );
  const mirrored = g.sub(g.sub(each, g.scalar(1, each)), steps);
  const places = g.where(g.op('Less', [steps, each]), mirrored, steps);
  return [g.op('GatherElements', [X, g.op('Expand', [places, g.shapeVector(shape)])], { axis: time })];
};

/** 0, 1, 2, … in 32 bits. */
function stepsOf(g: GraphBuilder, size: Dim): Value {
  if (typeof size === 'number') {
    const steps = Array.from({ length: size }, (_, step) => step);
    return g.constant(tensor('int32', [size], steps));
  }
  const scalar = (x: Value) => g.op('Squeeze', [x]);
  const [from, to, by] = [g.int64s([0]), g.sizeVector(size), g.int64s([1])].map(scalar);
  return g.cast(g.op('Range', [from, to, by]), 'int32');
}
