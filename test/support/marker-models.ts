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
