// The gradient of a convolution's output as a kernel itself, for the gradient of the weights: [out, batch, …places], in blocks of both.

import { ABSTRACT, type GraphBuilder, type Value } from '../../../onnx/builder.ts';
import { ceilDiv, product } from '../../../onnx/dims.ts';
import { tensor } from '../../../onnx/tensors.ts';
import type { Dim, Node } from '../../../onnx/types.ts';
import { filledUp, swapped } from './blocks.ts';

const BATCH_KERNEL = 'BatchKernel';

/** Of dY [batch, out, …places], whose batch `fill` fills up to whole blocks. Written out by `kernelOf`, when it is known how dY lies. */
export function batchKernel(g: GraphBuilder, block: number, dY: Value, fill: Value | undefined): Value {
  const [batch, out, ...places] = g.shape(dY);
  const types = [{ type: 'float', shape: [out, product([ceilDiv(batch, block), block]), ...places] }] as const;
  return g.node(BATCH_KERNEL, [dY, fill], {}, { domain: ABSTRACT, types })[0];
}

export const isBatchKernel = (node: Node): boolean => node.domain === ABSTRACT && node.op === BATCH_KERNEL;

/** `laid`: dY in blocks of its channels, where it lies so, too. */
export function kernelOf(g: GraphBuilder, block: number, { inputs: [dY, fill] }: Node, laid: Value | undefined): Value {
  const [batch, out, ...places] = g.shape(dY) as [Dim, number, number, number];
  const [groups, rows, pixels] = [ceilDiv(batch, block), out / block, places[0] * places[1]];
  const x = laid ?? dY;
  const whole = fill ? filledUp(g, x, 0, fill) : x;
  const cells = laid
    ? fromBlocks(g, whole, [groups, rows, pixels], block)
    : fromPlain(g, whole, [groups, rows, pixels], block);
  return g.reshape(cells, [out, product([groups, block]), ...places]);
}

type Sizes = readonly [groups: Dim, rows: number, pixels: number];

function fromPlain(g: GraphBuilder, dY: Value, [groups, rows, pixels]: Sizes, block: number): Value {
  const first = g.reshape(dY, [product([groups, block]), rows, block * pixels]);
  const ordered = rows === 1 ? first : g.transpose(first, [1, 0, 2]);
  return swapped(g, ordered, [product([groups, rows]), block * block, pixels]);
}

/** A block of channels stays together; Gather moves such short runs on all threads, Transpose takes half as long again on one. */
function fromBlocks(g: GraphBuilder, dY: Value, [groups, rows, pixels]: Sizes, block: number): Value {
  const places = rows * pixels;
  const batchLast = Int32Array.from(
    { length: places * block },
    (_, at) => (at % block) * places + Math.floor(at / block),
  );
  const indices = g.constant(tensor('int32', [batchLast.length], batchLast));
  const moved = g.op('Gather', [g.reshape(dY, [groups, block * places, block]), indices], { axis: 1 });
  return rows === 1 ? moved : g.transpose(g.reshape(moved, [groups, rows, pixels * block * block]), [1, 0, 2]);
}
