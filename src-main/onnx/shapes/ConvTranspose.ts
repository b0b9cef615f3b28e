import { product, sum } from '../dims.ts';
import { intOf, intsOf, nodeError } from '../node.ts';
import type { Dim, Node, Shape } from '../types.ts';
import { kernelOf, operandsOf } from './Conv.ts';
import type { ShapeRule } from './infer.ts';
import { autoPadOf, reach, shared, unpadded, type Window, windowOf } from './window.ts';

/** The window that a transposed convolution moves over its output, and how that output came to its size. */
export interface TransposedWindow extends Window {
  readonly out: readonly Dim[];
  /** Per axis, how many elements the output has beyond (size − 1)·stride + reach − pads. */
  readonly extra: readonly number[];
}

/** `spatial`: sizes of the input; `weights`: [in, out/groups, …kernel]. */
export function transposedWindow(node: Node, spatial: Shape, weights: Shape): TransposedWindow {
  const window = sized(node, spatial, weights);
  if (window.extra.some((rows, axis) => rows >= window.strides[axis])) {
    const detail = `its output is ${window.extra.join(', ')} larger than what it reaches; the runtime wants less than a stride`;
    throw nodeError('unsupported_attribute', node, detail);
  }
  return window;
}

function sized(node: Node, spatial: Shape, weights: Shape): TransposedWindow {
  const kernel = kernelOf(node, weights);
  const window = unpadded(node, spatial.length, kernel);
  const auto = autoPadOf(node);
  const output = intsOf(node, 'output_shape')?.slice(-spatial.length);
  const extra = [...(intsOf(node, 'output_padding') ?? spatial.map(() => 0))];
  const full = spatial.map((size, axis) =>
    sum([product([sum([size, -1]), window.strides[axis]]), reach(window, axis)]),
  );

  if (output) {
    // The size is given and the pads follow from it; where it is larger than all that is reached, the rest is empty.
    const over = full.map((size, axis) => {
      if (typeof size === 'number') return size + extra[axis] - output[axis];
      throw nodeError('unsupported_shape', node, `output_shape over the unknown size "${spatial[axis]}"`);
    });
    const pads = shared(
      over.map((pad) => Math.max(0, pad)),
      auto,
    );
    return { ...window, ...pads, out: output, extra: extra.map((more, axis) => more + Math.max(0, -over[axis])) };
  }
  const pads =
    auto === 'SAME_UPPER' || auto === 'SAME_LOWER'
      ? shared(
          extra.map((more, axis) => Math.max(0, more + reach(window, axis) - window.strides[axis])),
          auto,
        )
      : windowOf(node, spatial, kernel);
  const [begin, end] = [pads.begin, pads.end];
  const out = full.map((size, axis) => sum([size, extra[axis] - begin[axis] - end[axis]]));
  return { ...window, begin, end, out, extra };
}

export const ConvTranspose: ShapeRule = (c) => {
  const { x, w, mismatch } = operandsOf(c);
  const [channels, [inputs, perGroup]] = [x[1], w];
  if (typeof channels === 'number' && typeof inputs === 'number' && channels !== inputs) throw mismatch();
  if (typeof perGroup !== 'number') throw nodeError('unsupported_shape', c.node, `"${perGroup}" output channels`);
  const { out } = transposedWindow(c.node, x.slice(2), w);
  return [{ type: c.input(0).type, shape: [x[0], perGroup * intOf(c.node, 'group', 1), ...out] }];
};
