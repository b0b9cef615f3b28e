import { product } from '../../onnx/dims.ts';
import { stringOf } from '../../onnx/node.ts';
import { tensor } from '../../onnx/tensors.ts';
import type { Lowering, LoweringContext } from './lowering.ts';

// data [rows, …elements of a row], places [n] (negative ones count from the end), updates [n, …]: every update is added to (or
// whatever `reduction` says) the row at its place; equal places come together.
//
// Measured on the CPU, 2560 rows of 128 numbers into 10 000, one thread: ScatterND 0.6 ms, ScatterElements over single numbers
// in one axis 1.9 ms, over rows in two 3.5 ms. ScatterND loses updates of equal places when it runs on two threads.
export const ScatterRows: Lowering = (context) => {
  const { g, node, device, threads } = context;
  const [data, places, updates] = node.inputs;
  const reduction = stringOf(node, 'reduction', 'none');
  if (device === 'cpu' && threads === 1) {
    return [g.op('ScatterND', [data, g.unsqueeze(g.cast(places, 'int64'), [1]), updates], { reduction })];
  }
  if (g.rank(data) === 1) return [g.op('ScatterElements', [data, places, updates], { axis: 0, reduction })];
  return [device === 'cpu' ? byElement(context, reduction) : byRow(context, reduction)];
};

function byRow({ g, node }: LoweringContext, reduction: string) {
  const [data, places, updates] = node.inputs;
  const spread = g.op('Expand', [g.unsqueeze(places, [1]), g.shapeVector(g.shape(updates))]);
  return g.op('ScatterElements', [data, spread, updates], { axis: 0, reduction });
}

/** All numbers in one axis: the kernel works out the place of each in all axes there are. */
function byElement(context: LoweringContext, reduction: string) {
  const { g, node } = context;
  const [data, places, updates] = node.inputs;
  const width = g.shape(data)[1];
  if (typeof width !== 'number') return byRow(context, reduction);
  const flat = (x: string) => g.reshape(x, [product(g.shape(x))]);
  const inRow = g.constant(
    tensor(
      'int64',
      [1, width],
      Array.from({ length: width }, (_, i) => i),
    ),
  );
  const starts = g.mul(g.unsqueeze(g.cast(places, 'int64'), [1]), g.int64s([width]));
  const result = g.op('ScatterElements', [flat(data), flat(g.add(starts, inRow)), flat(updates)], {
    axis: 0,
    reduction,
  });
  return g.reshape(result, g.shape(data));
}
