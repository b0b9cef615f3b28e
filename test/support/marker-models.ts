import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Dim, Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { tempFolder } from './temp-workspace.ts';

/** Models of a few bytes with the signatures of detectors: whatever the picture, they say what they were made to say. */

export interface Made {
  /** Of the picture that goes in. */
  shape?: readonly Dim[];
  outputs: Record<string, Tensor>;
  metadata?: Record<string, string>;
  name?: string;
  folder?: string;
}

/** The path of its file. */
export function detector({
  shape = [1, 3, 64, 64],
  outputs,
  metadata = {},
  name = 'found',
  folder = tempFolder(),
}: Made): string {
  const g = new GraphBuilder('main');
  const picture = g.input('images', 'float', shape);
  // What goes in has a part in what comes out, of nothing.
  const nothing = g.op('Mul', [g.op('ReduceSum', [picture], { keepdims: 0 }), g.scalar(0, picture)]);
  for (const [output, tensor] of Object.entries(outputs)) {
    const value = g.constant(tensor);
    const none = tensor.type === 'float' ? nothing : g.op('Cast', [nothing], { to: 7 });
    g.copy({ name: output, op: 'Add', domain: '', inputs: [value, none], outputs: [output], attributes: {} });
    g.output(output);
  }
  return written(g, metadata, join(folder, `${name}.onnx`));
}

/** A segmenter whose scores are the picture's own channels. */
export function channelSegmenter(shape: readonly Dim[], metadata: Record<string, string> = {}): string {
  const g = new GraphBuilder('main');
  const picture = g.input('images', 'float', shape);
  g.copy({ name: 'out', op: 'Identity', domain: '', inputs: [picture], outputs: ['out'], attributes: {} });
  g.output('out');
  return written(g, metadata, join(tempFolder(), 'segmenter.onnx'));
}

export function written(g: GraphBuilder, metadata: Record<string, string>, path: string): string {
  const model = { irVersion: 8, opsets: { '': 17 }, producer: 'test', graph: g.finish(), metadata };
  writeFileSync(path, writeModel(model));
  return path;
}

export const table = (
  shape: readonly number[],
  fill: (put: (row: number, numbers: readonly number[]) => void) => void,
): Tensor => {
  const length = shape.at(-1)!;
  const data = new Float32Array(shape.reduce((size, dim) => size * dim, 1));
  fill((row, numbers) => data.set(numbers, row * length));
  return tensor('float', shape, data);
};

/** Rows last, as v8 has them. */
export function turned({ shape, data }: Tensor): Tensor {
  const [one, rows, length] = shape;
  const out = new Float32Array(rows * length);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < length; k++) out[k * rows + row] = Number(data[row * length + k]);
  return tensor('float', [one, length, rows], out);
}

/**
 * An encoder and a decoder with the signature of Segment Anything's (`batched`: EfficientSAM's). It says of the pixels less than 3.5 from a click
 * (across or down, in what went in) that they are meant, and of those around a click that is not meant that they are not. `seen`: the part of the
 * encoder's `side` × `side` that holds the picture.
 */
export function clickPair(
  side: number,
  seen: { width: number; height: number },
  { batched = false, refines = false, folder = tempFolder() } = {},
): string[] {
  const encoder = new GraphBuilder('main');
  const picture = encoder.input(batched ? 'batched_images' : 'image', 'float', [1, 3, side, side]);
  encoder.copy({ name: 'e', op: 'Neg', domain: '', inputs: [picture], outputs: ['image_embeddings'], attributes: {} });
  encoder.output('image_embeddings');

  const g = new GraphBuilder('main');
  const [lead, prefix] = batched ? [[1, 1], 'batched_'] : [[1], ''];
  const embeddings = g.input('image_embeddings', 'float', [1, 3, side, side]);
  const coords = g.input(`${prefix}point_coords`, 'float', [...lead, 'clicks', 2]);
  const labels = g.input(`${prefix}point_labels`, 'float', [...lead, 'clicks']);
  const rest = [embeddings];
  if (!batched) rest.push(g.input('mask_input', 'float', [1, 1, 4, 4]), g.input('has_mask_input', 'float', [1]));
  rest.push(g.input('orig_im_size', 'float', [2]));
  const { width, height } = seen;
  const middles = (count: number) => Float32Array.from({ length: count }, (_, i) => i + 0.5);
  const x = g.constant(tensor('float', [1, 1, width], middles(width)));
  const y = g.constant(tensor('float', [1, height, 1], middles(height)));
  const each = g.int64s([-1, 1, 1]);
  const place = (k: number) =>
    g.op('Reshape', [g.op('Gather', [coords, g.constant(tensor('int64', [], [k]))], { axis: lead.length + 1 }), each]);
  const away = g.op('Max', [g.op('Abs', [g.op('Sub', [x, place(0)])]), g.op('Abs', [g.op('Sub', [y, place(1)])])]);
  const near = g.op('Relu', [g.op('Sub', [g.scalar(4, coords), away])]);
  // 1 where it is meant, −10 where it is not, 0 for the point of none: 10.5 l² + 0.5 l − 10.
  const kind = g.op('Reshape', [labels, each]);
  const square = g.op('Mul', [g.op('Mul', [kind, kind]), g.scalar(10.5, coords)]);
  const weight = g.op('Sub', [g.op('Add', [square, g.op('Mul', [kind, g.scalar(0.5, coords)])]), g.scalar(10, coords)]);
  let summed = g.op('ReduceSum', [g.op('Mul', [near, weight]), g.int64s([0])], { keepdims: 1 });
  if (refines) {
    // Where it is given a mask, it is larger by what that one's numbers sum up to.
    const [given, has] = [rest[1], rest[2]];
    summed = g.op('Add', [summed, g.op('Mul', [g.op('ReduceSum', [given], { keepdims: 0 }), has])]);
    const coarse = g.constant(tensor('float', [1, 1, 4, 4], new Float32Array(16).fill(1 / 16)));
    const clicks = g.op('Cast', [g.op('Gather', [g.op('Shape', [labels]), g.int64s([1])], { axis: 0 })], { to: 1 });
    g.copy({ name: 'c', op: 'Mul', domain: '', inputs: [coarse, clicks], outputs: ['low_res_masks'], attributes: {} });
    g.output('low_res_masks');
  }
  const scores = g.op('Sub', [summed, g.scalar(0.5, coords)]);
  const masks = g.op('Reshape', [scores, g.int64s([...lead, 1, height, width])]);
  const out = batched ? 'output_masks' : 'masks';
  g.copy({ name: out, op: 'Identity', domain: '', inputs: [masks], outputs: [out], attributes: {} });
  g.output(out);
  const nothing = rest
    .map((one) => g.op('Mul', [g.op('ReduceSum', [one], { keepdims: 0 }), g.scalar(0, coords)]))
    .reduce((a, b) => g.op('Add', [a, b]));
  const sure = g.constant(tensor('float', [...lead, 1], [0.9]));
  g.copy({ name: 'iou', op: 'Add', domain: '', inputs: [sure, nothing], outputs: ['iou_predictions'], attributes: {} });
  g.output('iou_predictions');
  // The decoder's file comes first: which is which is not told by the order.
  return [written(g, {}, join(folder, 'decoder.onnx')), written(encoder, {}, join(folder, 'encoder.onnx'))];
}
