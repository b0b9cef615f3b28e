import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { ceilDiv, isStatic, product } from '../../../onnx/dims.ts';
import { reach, type Window } from '../../../onnx/shapes/window.ts';
import type { Dim } from '../../../onnx/types.ts';
import { intoBlocks, NCHWC, outOfBlocks } from './blocks.ts';

interface Convolution {
  readonly dY: Value;
  readonly X: Value;
  readonly window: Window;
  /** Of the weights: [out, channels, …kernel]; no groups. */
  readonly shape: readonly number[];
}

/** What an unknown batch is taken for. */
const USUAL_BATCH = 32;
/** Of a dY with more elements, products of matrices make more: it no longer stays in the second cache. */
const LARGE = 1 << 19;
/** For so many weights products of matrices are fast enough. */
const MANY_WEIGHTS = 1 << 18;

/**
 * dW[o, c, k] = Σ over batch and places of dY·X shifted by k, as a convolution: of X's channels, each a picture whose own channels are
 * the batch, with dY for a kernel. Nothing is copied for each tap, and the runtime's blocked kernels do it. Measured with one thread,
 * AVX-512: 3×3, 16 to 64 channels, 28 to 7 places a side, 0.5 to 0.8 times the time of the products of matrices; with strides 0.5.
 * undefined: not for these sizes.
 */
export function blockedConvWeightGrad(
  g: GraphBuilder,
  block: number,
  { dY, X, window, shape }: Convolution,
): Value | undefined {
  if (!isStatic(g.shape(dY).slice(2)) || !isStatic(g.shape(X).slice(2)) || g.type(dY).type !== 'float')
    return undefined;
  const [batch, , ...places] = g.shape(dY) as [Dim, Dim, ...number[]];
  const [, , ...spatial] = g.shape(X) as [Dim, Dim, ...number[]];
  const [out, channels] = shape;
  const { kernel, strides, dilations, begin } = window;
  if (!isFaster(block, batch, shape, places)) return undefined;

  // A batch is filled up to whole blocks by zeros.
  const groups = ceilDiv(batch, block);
  const batches = product([groups, block]);
  const fill = batches === batch ? undefined : missing(g, dY, batch, block);
  // Only what a window saw, and the zeros of the padding with it: the kernels are slow where they have to look for the edge.
  const seen = places.map((count, axis) => (count - 1) * strides[axis] + reach(window, axis));
  const ends = seen.map((size, axis) => size - begin[axis] - spatial[axis]);
  const around = { begin: [0, ...begin], end: ends.map((end) => Math.max(0, end)) };
  const whole = padded(g, channelFirst(g, cut(g, X, ends)), around, fill);
  const pictures = intoBlocks(g, g.reshape(whole, [channels, batches, ...seen]));

  const gradient = padded(g, intoBlocks(g, dY), { begin: [], end: [0, 0, 0] }, fill);
  const pixels = places[0] * places[1];
  const rows = g.reshape(gradient, [groups, block, (out / block) * pixels, block]);
  const batchLast = g.reshape(g.transpose(rows, [0, 2, 1, 3]), [groups, out / block, pixels * block * block]);
  const asKernel = g.reshape(g.transpose(batchLast, [1, 0, 2]), [out, batches, ...places]);

  // Strides and dilations change places.
  const attributes = {
    kernel_shape: { kind: 'ints', value: places },
    strides: { kind: 'ints', value: dilations },
    dilations: { kind: 'ints', value: strides },
  } as const;
  const types = [{ type: 'float', shape: [channels, out, ...kernel] }] as const;
  const [dW] = g.node('Conv', [pictures, asKernel], attributes, { domain: NCHWC, types });
  return channelFirst(g, outOfBlocks(g, dW, out));
}

function isFaster(
  block: number,
  batch: Dim,
  [out, channels, ...kernel]: readonly number[],
  places: readonly number[],
): boolean {
  if (kernel.length !== 2 || kernel.every((size) => size === 1)) return false;
  if (out % block !== 0 || out * channels > MANY_WEIGHTS) return false;
  const pictures = typeof batch === 'number' ? batch : USUAL_BATCH;
  // A batch that grows much by being filled up is no gain.
  if (Math.ceil(pictures / block) * block > 1.5 * pictures) return false;
  return out * pictures * places[0] * places[1] <= LARGE;
}

/** [batch, channels, …] ↔ [channels, batch, …] */
const channelFirst = (g: GraphBuilder, x: Value): Value => g.transpose(x, [1, 0, 2, 3]);

/** How many pictures a batch lacks to fill its blocks; as the run tells, int64[1], where its size is not known. */
function missing(g: GraphBuilder, x: Value, batch: Dim, block: number): Value {
  if (typeof batch === 'number') return g.int64s([Math.ceil(batch / block) * block - batch]);
  return g.op('Mod', [g.op('Neg', [g.op('Shape', [x], { start: 0, end: 1 })]), g.int64s([block])]);
}

/** Without the rows that no window reached: where an axis has fewer than it needs, `ends` is above 0. */
function cut(g: GraphBuilder, x: Value, ends: readonly number[]): Value {
  const axes = ends.flatMap((end, axis) => (end < 0 ? [axis] : []));
  if (axes.length === 0) return x;
  const [from, to] = [axes.map(() => 0), axes.map((axis) => ends[axis])];
  return g.slice(
    x,
    from,
    to,
    axes.map((axis) => axis + 2),
  );
}

/** Pads by `end`, all the last axes, and before them the batch's by `fill`; at the beginning the axes from the batch's on by `begin`. */
function padded(
  g: GraphBuilder,
  x: Value,
  { begin, end }: { begin: readonly number[]; end: readonly number[] },
  fill: Value | undefined,
): Value {
  const lead = 4 - end.length - 1;
  const before = [
    ...Array.from({ length: 4 - begin.length }, () => 0),
    ...begin,
    ...Array.from({ length: lead }, () => 0),
  ];
  if (fill) return g.op('Pad', [x, g.concat([g.int64s(before), fill, g.int64s(end)], 0)]);
  const pads = [...before, 0, ...end];
  return pads.every((pad) => pad === 0) ? x : g.op('Pad', [x, g.int64s(pads)]);
}
