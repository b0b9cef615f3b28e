// ONNX Runtime's convolutions for the CPU are written for pictures whose channels lie in blocks ("NCHWc", block of 8 or 16, as wide
// as the processor's vectors). It turns to them by itself where weights are constants; while they are trained they are not, so the
// same internal operators (domain com.microsoft.nchwc) are spelled here. Measured with one thread, AVX-512: 3×3 convolutions of
// 16 to 64 channels take 0.5 to 0.6 times as long, the change of layout included; depthwise ones 0.4 times.

import type { GraphBuilder, Value } from '../../../onnx/builder.ts';
import { product } from '../../../onnx/dims.ts';
import type { Attributes, Dim, Node, Shape } from '../../../onnx/types.ts';
import { typicalDim } from '../../typical-size.ts';

export const NCHWC = 'com.microsoft.nchwc';

/** A convolution of pictures that the blocked kernels take, and its sizes. */
export interface Blocked {
  readonly block: number;
  readonly out: number;
  readonly channels: number;
  readonly group: number;
}

/** What an unknown batch, or an unknown number of places along an axis, is taken for. */
const USUAL_BATCH = 32;
const USUAL_SIZE = 16;
/** Laying out the weights anew costs about as much as they save on so few places. */
const FEW_PLACES = 400;

/**
 * Whether a convolution of X with weights [out, channels/group, …kernel] to places [batch, out, …] is to be blocked: what the
 * kernels can do, and where they are faster. Not 1×1, unless its pictures lie in blocks anyway (`laid`): the product of matrices
 * that it is cannot be beaten.
 */
export function blockedOf(
  block: number | undefined,
  group: number,
  weights: Shape,
  places: Shape,
  laid = false,
): Blocked | undefined {
  const [out, perGroup, ...kernel] = weights;
  if (block === undefined || kernel.length !== 2 || typeof out !== 'number' || typeof perGroup !== 'number') return;
  if (out % block !== 0 || (!laid && kernel.every((size) => size === 1))) return;
  const depthwise = group > 1 && perGroup === 1 && group === out;
  const whole = group === 1 && perGroup % block === 0;
  // Few channels (a photograph's three) stay as they are; with a small kernel, too, nothing is gained.
  const few = group === 1 && perGroup < block && (laid || Number(product([perGroup, ...kernel])) > 24);
  if (!depthwise && !whole && !few) return;
  const many = [places[0], ...places.slice(2)].map((size, axis) =>
    typicalDim(size, axis === 0 ? USUAL_BATCH : USUAL_SIZE),
  );
  if (Number(product(many)) < FEW_PLACES) return;
  return { block, out, channels: perGroup * group, group };
}

const like = (g: GraphBuilder, x: Value, shape: Shape = g.shape(x)) => ({ type: g.type(x).type, shape });

/** Only for channels that fill their blocks: the shape stays the same. */
export const intoBlocks = (g: GraphBuilder, x: Value): Value =>
  g.node('ReorderInput', [x], {}, { domain: NCHWC, types: [like(g, x)] })[0];

export const outOfBlocks = (g: GraphBuilder, x: Value, channels: number): Value =>
  g.node('ReorderOutput', [x], { channels }, { domain: NCHWC, types: [like(g, x)] })[0];

/**
 * The convolution, from a picture to a picture as ONNX has them. `weights` are laid out already; the attributes are those of
 * ONNX's Conv.
 */
export function blockedConv(
  g: GraphBuilder,
  { channels, out, block }: Blocked,
  [x, weights, bias]: readonly (Value | undefined)[],
  attributes: Attributes,
  shape: Shape,
): Value {
  const picture = channels < block ? x! : intoBlocks(g, x!);
  const options = { domain: NCHWC, types: [like(g, x!, shape)] };
  const [y] = g.node('Conv', [picture, weights, bias], attributes, options);
  return outOfBlocks(g, y, out);
}

// The runtime transposes fast where one axis moves past others and what lies behind it is copied in runs; a permutation of many
// axes takes five times as long. So the weights are laid out in such steps.

/** [out, channels, …kernel] → [out/b, channels/b, …kernel, b of channels, b of out]; few channels: [out/b, channels, …kernel, b]. */
export function blockedWeights(g: GraphBuilder, W: Value, { block, out, channels, group }: Blocked): Value {
  const shape = g.shape(W) as number[];
  const taps = shape[2] * shape[3];
  const rows = out / block;
  if (group > 1 || channels < block) {
    return g.reshape(g.transpose(g.reshape(W, [rows, block, shape[1] * taps]), [0, 2, 1]), shape);
  }
  const tapFirst = g.transpose(g.reshape(W, [out, channels, taps]), [0, 2, 1]);
  const outLast = g.transpose(g.reshape(tapFirst, [rows, block, taps * channels]), [0, 2, 1]);
  return g.reshape(gathered(g, g.reshape(outLast, [rows, taps, channels / block, block * block])), shape);
}

/**
 * The weights of the convolution that takes dY to dX: in and out change places, each kernel is turned around. `blocked` is of
 * that convolution: its `out` are W's channels.
 */
export function turnedBlockedWeights(g: GraphBuilder, W: Value, blocked: Blocked): Value {
  const { block, out, channels, group } = blocked;
  const [first, second, ...kernel] = g.shape(W) as number[];
  const taps = kernel[0] * kernel[1];
  if (group > 1) {
    const laid = g.transpose(g.reshape(W, [out / block, block, taps]), [0, 2, 1]);
    return g.reshape(g.slice(laid, [-1], [-(2 ** 31)], [1], [-1]), [first, second, ...kernel]);
  }
  const turned = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  return g.reshape(inputGradWeights(g, W, blocked)(turned), [out, channels, ...kernel]);
}

/** The same of some taps of the kernel, in the order given; without groups. */
export function inputGradWeights(g: GraphBuilder, W: Value, { block, out, channels }: Blocked) {
  const [, , ...kernel] = g.shape(W) as number[];
  const taps = kernel[0] * kernel[1];
  const tapFirst = g.transpose(g.reshape(W, [channels, out, taps]), [0, 2, 1]);
  const blocks = g.transpose(g.reshape(tapFirst, [channels * taps, out / block, block]), [1, 0, 2]);
  const rows = g.reshape(blocks, [(out / block) * (channels / block), block, taps, block]);
  const laid = g.reshape(gathered(g, rows), [(out / block) * (channels / block), taps, block * block]);
  return (wanted: readonly number[]): Value => g.op('Gather', [laid, g.int64s(wanted)], { axis: 1 });
}

/** [a, b, c, d] → [a, c, b, d] */
function gathered(g: GraphBuilder, x: Value): Value {
  const [, b, c] = g.shape(x);
  return b === 1 || c === 1 ? x : g.transpose(x, [0, 2, 1, 3]);
}

/** `shape` [a, b, c] of x → [a, c, b], for which the runtime is fast. */
export function swapped(g: GraphBuilder, x: Value, shape: readonly [Dim, number, number]): Value {
  const [a, b, c] = shape;
  return b === 1 || c === 1 ? g.reshape(x, [a, c, b]) : g.transpose(g.reshape(x, shape), [0, 2, 1]);
}

/** With `fill` more, zeros all, along an axis. */
export function filledUp(g: GraphBuilder, x: Value, axis: number, fill: Value): Value {
  const zeros = (count: number) => g.int64s(Array.from({ length: count }, () => 0));
  const rank = g.rank(x);
  return g.op('Pad', [x, g.concat([zeros(rank + axis), fill, zeros(rank - axis - 1)], 0)]);
}

/** Made by `outOfBlocks` or `intoBlocks`. */
export const isReorder = (node: Node, op: 'ReorderInput' | 'ReorderOutput'): boolean =>
  node.domain === NCHWC && node.op === op;
