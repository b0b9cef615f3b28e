import { axisOf, intOf } from '../../../onnx/node.ts';
import { dataTypeOfCode, tensor } from '../../../onnx/tensors.ts';
import type { Lowering, LoweringContext } from '../lowering.ts';

// ArgMax in 32 bits: the first place, counted in floats, that equals the maximum. WebGPU's own is in 64 bits, which must visit the
// CPU to be cast, with the rest of the step waiting.
export const Cast: Lowering = ({ g, node }: LoweringContext) => {
  const argMax = g.nodes.find(({ op, outputs }) => op === 'ArgMax' && outputs[0] === node.inputs[0]);
  const type = dataTypeOfCode(intOf(node, 'to', 0), node.name);
  if (!argMax || (type !== 'int32' && type !== 'float') || intOf(argMax, 'select_last_index', 0) === 1)
    return undefined;
  const [x] = argMax.inputs;
  const shape = g.shape(x);
  const axis = axisOf(argMax, intOf(argMax, 'axis', 0), shape.length);
  const size = shape[axis];
  // From 2²⁴ on, floats skip numbers.
  if (g.type(x).type !== 'float' || typeof size !== 'number' || size > 2 ** 24) return undefined;

  const axes = g.int64s([axis]);
  const hits = g.op('Equal', [x, g.op('ReduceMax', [x, axes], { keepdims: 1 })]);
  const places = tensor(
    'float',
    [size, ...shape.slice(axis + 1).map(() => 1)],
    Array.from({ length: size }, (_, place) => place),
  );
  // Where nothing is equal, as in a row of NaN, still a place that there is.
  const candidates = g.where(hits, g.constant(places), g.scalar(size - 1, x));
  const first = g.op('ReduceMin', [candidates, axes], { keepdims: intOf(argMax, 'keepdims', 1) });
  return [type === 'float' ? first : g.cast(first, type)];
};
