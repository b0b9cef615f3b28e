import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { product } from '../../onnx/dims.ts';
import { nodeError } from '../../onnx/node.ts';
import { mayDrop, reach, type Window, windowOf } from '../../onnx/shapes/window.ts';
import type { Shape } from '../../onnx/types.ts';
import { addPatches } from './add-patches.ts';
import { cropTo } from './crop.ts';
import type { Lowering, LoweringContext } from './lowering.ts';
import { patches } from './patches.ts';

// dX gets dY at the first maximum of each window.
//   Windows that tile the image exactly (2×2, stride 2): taken apart by Split, joined again by Concat, on every device.
//     A forward MaxPool that need not say where its maxima stood is four times as fast on the CPU.
//   Others on the CPU: a second MaxPool that does say so (merged with the forward one later); its indices scatter dY.
//   Others on GPUs, which have no indices: tap by tap by strided Slices.
export const MaxPoolGrad: Lowering = (context) => {
  const { node, shape, device } = context;
  const window = windowOf(node, shape.slice(2));
  if (tiles(window, shape.slice(2))) return [byTiles(context, window)];
  return [device === 'cpu' ? byIndices(context, window) : byComparison(context, window)];
};

const tiles = ({ kernel, strides, dilations, begin, end }: Window, spatial: Shape): boolean =>
  kernel.length <= 2 &&
  spatial.every((size, axis) => {
    const apart = strides[axis] === kernel[axis] && (dilations[axis] === 1 || kernel[axis] === 1);
    return apart && begin[axis] === 0 && end[axis] === 0 && typeof size === 'number' && size % kernel[axis] === 0;
  });

/** dY shared out among the taps: each window's goes to the first tap that equals its maximum. */
function shareOut(g: GraphBuilder, dY: Value, Y: Value, taps: readonly Value[]): Value[] {
  let left = dY;
  return taps.map((seen, tap) => {
    if (tap === taps.length - 1) return left;
    const mine = g.mul(left, g.cast(g.op('Equal', [seen, Y]), g.type(dY).type));
    left = g.sub(left, mine);
    return mine;
  });
}

function byTiles({ g, node, shape }: LoweringContext, { kernel }: Window): Value {
  const [dY, X, Y] = node.inputs;
  const [rows, columns] = kernel.length === 1 ? [1, kernel[0]] : kernel;
  const width = shape.at(-1) as number;
  const reshape = (x: Value, ...dims: number[]) => g.op('Reshape', [x, g.int64s([-1, ...dims])]);
  const split = (x: Value, axis: number, parts: number): Value[] => {
    if (parts === 1) return [x];
    const outputs = Array.from({ length: parts }, () => 'Split');
    return g.node('Split', [x], { axis, num_outputs: parts }, { outputs });
  };
  const join = (parts: readonly Value[], axis: number) => (parts.length === 1 ? parts[0] : g.concat(parts, axis));
  // [·, rows, width] → per row [·, width/columns, columns] → per column [·, width/columns, 1]
  const taps = split(reshape(X, rows, width), 1, rows).flatMap((row) =>
    split(reshape(row, width / columns, columns), 2, columns),
  );
  const flat = (x: Value) => reshape(x, width / columns, 1);
  const shares = shareOut(g, flat(dY), flat(Y), taps);
  const joined = Array.from({ length: rows }, (_, row) =>
    reshape(join(shares.slice(row * columns, (row + 1) * columns), 2), 1, width),
  );
  return g.reshapeLike(join(joined, 1), X);
}

function byIndices({ g, node }: LoweringContext, { kernel, strides, dilations, begin, end, ceil }: Window): Value {
  const [dY, X] = node.inputs;
  const [, indices] = g.node('MaxPool', [X], node.attributes, { outputs: ['MaxPool', 'Indices'] });
  // MaxUnpool overwrites, so windows must not overlap; and it wants every window to lie inside.
  const apart = kernel.every((size, axis) => strides[axis] >= size && dilations[axis] === 1);
  const inside = !ceil && [...begin, ...end].every((pad) => pad === 0);
  if (apart && inside) return g.op('MaxUnpool', [dY, indices, g.op('Shape', [X])], { kernel_shape: kernel, strides });
  const flat = (x: Value) => g.op('Reshape', [x, g.int64s([-1])]);
  const zeros = g.op('Expand', [g.scalar(0, X), g.shapeVector([product(g.shape(X))])]);
  const added = g.op('ScatterElements', [zeros, flat(indices), flat(dY)], { axis: 0, reduction: 'add' });
  return g.reshapeLike(added, X);
}

function byComparison({ g, node, shape }: LoweringContext, window: Window): Value {
  const [dY, X] = node.inputs;
  const [batch, channels, ...spatial] = shape;
  const places = g.shape(node.inputs[2]).slice(2);
  // Before opset 22 ONNX infers a window more than there is, which here would contradict the taps.
  const drops = places.some((_, axis) => mayDrop(window, axis));
  const Y = drops ? cropTo(g, node.inputs[2], places) : node.inputs[2];
  // A last window rounded up reaches beyond the padding.
  const beyond = spatial.map((size, axis) => {
    const { strides, begin, end } = window;
    const count = places[axis];
    if (typeof size === 'number' && typeof count === 'number') {
      return Math.max(0, (count - 1) * strides[axis] + reach(window, axis) - size - begin[axis] - end[axis]);
    }
    if (mayDrop(window, axis)) {
      throw nodeError('unsupported_shape', node, `rounds up over the unknown size "${size}" with pads on this device`);
    }
    return window.ceil ? strides[axis] - 1 : 0;
  });
  const taps = patches(g, X, window, places, 'lowest', beyond);
  const perTap = g.concat(
    shareOut(g, dY, Y, taps).map((mine) => g.unsqueeze(mine, [2])),
    2,
  );
  const stacked = g.reshape(perTap, [batch, product([channels, taps.length]), ...places]);
  return addPatches(g, node, stacked, { window, to: shape, perTap: true });
}
