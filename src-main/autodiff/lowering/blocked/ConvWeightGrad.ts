import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { ceilDiv, isStatic, product } from '../../../onnx/dims.ts';
import { reach, type Window } from '../../../onnx/shapes/window.ts';
import type { Dim } from '../../../onnx/types.ts';
import { batchKernel } from './batch-kernel.ts';
import { filledUp, intoBlocks, NCHWC, outOfBlocks, swapped } from './blocks.ts';
import { typicalDim } from '../../typical-size.ts';

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
 * AVX-512: 3×3, 16 to 64 channels, 28 to 7 places a side, 0.3 to 0.8 times the time of the products of matrices.
 * undefined: not for these sizes.
 */
export function blockedConvWeightGrad(g: GraphBuilder, block: number, convolution: Convolution): Value | undefined {
  const { dY, X, window, shape } = convolution;
  if (!isStatic(g.shape(dY).slice(2)) || !isStatic(g.shape(X).slice(2)) || g.type(dY).type !== 'float')
    return undefined;
  const [batch, , ...places] = g.shape(dY) as [Dim, Dim, ...number[]];
  const [out, channels] = shape;
  const { kernel, strides, dilations } = window;
  if (!isFaster(block, batch, shape, places)) return undefined;

  // A batch is filled up to whole blocks by zeros.
  const fill = batch === product([ceilDiv(batch, block), block]) ? undefined : missing(g, dY, batch, block);
  const side = dilations[1] === 1 ? sideBySide(block, shape) : 1;
  const pictures = asPictures(g, block, convolution, side, fill);
  // Strides and dilations change places.
  const attributes = {
    kernel_shape: { kind: 'ints', value: places },
    strides: { kind: 'ints', value: dilations },
    dilations: { kind: 'ints', value: [strides[0], strides[1] * side] },
  } as const;
  const [rows, columns] = kernel;
  const types = [{ type: 'float', shape: [channels / side, out, rows, columns * side] }] as const;
  const [sums] = g.node('Conv', [pictures, batchKernel(g, block, dY, fill)], attributes, { domain: NCHWC, types });
  const apart = swapped(g, outOfBlocks(g, sums, out), [channels / side, out * rows * columns, side]);
  return channelFirst(g, g.reshape(apart, [channels, out, ...kernel]));
}

/**
 * How many channels lie in one picture, its columns in turns. The kernels work on several columns of their output at once, and
 * wait for their own sums where those are few; of a 3×3 kernel's gradient there are three, of four channels' twelve. A whole block
 * of channels where they fill one: so they lie already.
 */
function sideBySide(block: number, [out, channels, , columns]: readonly number[]): number {
  const sums = Math.min(out / block, 4) * columns;
  if (sums >= ENOUGH_SUMS) return 1;
  return channels % block === 0 ? block : ([4, 2].find((side) => channels % side === 0) ?? 1);
}

/** Sums at once that keep the kernels busy. */
const ENOUGH_SUMS = 12;

/** X as [channels/side, batch, rows, columns·side] in blocks of the batch: what the windows saw, and the zeros of the padding with it. */
function asPictures(
  g: GraphBuilder,
  block: number,
  { dY, X, window, shape: [, channels] }: Convolution,
  side: number,
  fill: Value | undefined,
): Value {
  const { strides, begin } = window;
  const [batch, , ...places] = g.shape(dY) as [Dim, Dim, ...number[]];
  const [, , ...spatial] = g.shape(X) as [Dim, Dim, ...number[]];
  const seen = places.map((count, axis) => (count - 1) * strides[axis] + reach(window, axis));
  const ends = seen.map((size, axis) => size - begin[axis] - spatial[axis]);
  const used = cut(g, X, ends);
  const [, , height, width] = g.shape(used) as [Dim, Dim, number, number];
  const pictures = channels / side;

  const blocks = side === block ? fromBlocks(g, used, block, fill) : fromPictures(g, used, side, fill);
  // Padded in blocks, whose rows are long, and here, for the kernels are slow where they have to look for the edge.
  const groups = ceilDiv(batch, block);
  const unit = side * block;
  const [top, left, bottom, right] = [...begin, ...ends.map((end) => Math.max(0, end))];
  const long = g.reshape(blocks, [product([pictures, groups]), height, width * unit]);
  const pads = [0, top, left * unit, 0, bottom, right * unit];
  const around = pads.some(Boolean) ? g.op('Pad', [long, g.int64s(pads)]) : long;
  return g.reshape(around, [pictures, product([groups, block]), seen[0], seen[1] * side]);
}

/** [batch, channels, rows, columns] → [channels/side, batch/block, rows, columns, side, block] */
function fromPictures(g: GraphBuilder, x: Value, side: number, fill: Value | undefined): Value {
  const [batch, channels, height, width] = g.shape(x) as [Dim, number, number, number];
  const pictures = channels / side;
  const inTurns = swapped(g, x, [product([batch, pictures]), side, height * width]);
  const first = channelFirst(g, g.reshape(inTurns, [batch, pictures, height, width * side]));
  return intoBlocks(g, fill ? filledUp(g, first, 1, fill) : first);
}

/** The same with a block of channels side by side, from the blocks that the convolution itself was given: there its channels lie in turns already. */
function fromBlocks(g: GraphBuilder, x: Value, block: number, fill: Value | undefined): Value {
  const [batch, channels, height, width] = g.shape(x) as [Dim, number, number, number];
  const [groups, pictures] = [ceilDiv(batch, block), channels / block];
  const laid = intoBlocks(g, x);
  const whole = fill ? filledUp(g, laid, 0, fill) : laid;
  const batchLast = intoBlocks(g, g.reshape(whole, [groups, block, pictures * height, width * block]));
  if (pictures === 1) return batchLast;
  return g.transpose(g.reshape(batchLast, [groups, pictures, height * width * block * block]), [1, 0, 2]);
}

function isFaster(
  block: number,
  batch: Dim,
  [out, channels, ...kernel]: readonly number[],
  places: readonly number[],
): boolean {
  if (kernel.length !== 2 || kernel.every((size) => size === 1)) return false;
  if (out % block !== 0 || out * channels > MANY_WEIGHTS) return false;
  const pictures = typicalDim(batch, USUAL_BATCH);
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
