import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FORBIDDEN } from '../../src-main/architectures/transformer-layers.ts';
import { float } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { wordPieceFile } from './tokenizer-files.ts';

/** A BERT of one layer by chance (Devlin et al. 2019), as Optimum exports one, in the folder of Hugging Face's hub. */

export const pieces = ['the', 'cat', 'dog', 'sat', 'ran', 'play', '##ing', '##ed', 'well', '.', 'not', 'good', 'bad'];
export const special = { pad: 0, unknown: 1, cls: 2, sep: 3, mask: 4 } as const;
/** Its number, of a piece. */
export const piece = (name: string): number => 5 + pieces.indexOf(name);

const size = { vocabulary: 5 + pieces.length, width: 8, heads: 2, inner: 12, places: 12 } as const;
const headSize = size.width / size.heads;
const epsilon = 1e-12;

export type Weights = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

/** @param classes of its head, where it classifies */
export function encoderWeights({ classes = 3, seed = 1 } = {}): Weights {
  const random = new Random(seed);
  const weights = new Map<string, { shape: number[]; data: Float32Array }>();
  const put = (name: string, ...shape: number[]): void => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * random.normal());
    weights.set(name, { shape, data: name.endsWith('scale') ? data.map((value) => 1 + value) : data });
  };
  const { vocabulary, width, inner, places } = size;
  put('words', vocabulary, width);
  put('places', places, width);
  put('types', 2, width);
  for (const name of ['q', 'k', 'v', 'out', 'pooler']) {
    put(`${name}.weight`, width, width);
    put(`${name}.bias`, width);
  }
  put('wide.weight', width, inner);
  put('wide.bias', inner);
  put('narrow.weight', inner, width);
  put('narrow.bias', width);
  for (const name of ['norm0', 'norm1', 'norm2']) {
    put(`${name}.scale`, width);
    put(`${name}.bias`, width);
  }
  put('classes.weight', width, classes);
  put('classes.bias', classes);
  return weights;
}

export interface TinyEncoder {
  head: 'embeds' | 'classifies' | 'fills';
  weights?: Weights;
  /** More of config.json. */
  config?: object;
  /** Files beside it, by name. */
  beside?: Readonly<Record<string, unknown>>;
  /** The name of its input of segments; null where it has none. */
  types?: string | null;
  /** The type of its inputs. */
  ints?: 'int64' | 'int32';
  output?: string;
}

const nets = { embeds: 'BertModel', classifies: 'BertForSequenceClassification', fills: 'BertForMaskedLM' } as const;
const outputs = { embeds: 'last_hidden_state', classifies: 'logits', fills: 'logits' } as const;

export function tinyEncoder(folder: string, { head, config = {}, beside = {}, ...options }: TinyEncoder): string {
  const files: Record<string, unknown> = {
    'config.json': {
      ...{ architectures: [nets[head]], model_type: 'bert', max_position_embeddings: size.places, pad_token_id: 0 },
      ...config,
    },
    'tokenizer.json': wordPieceFile(pieces),
    ...beside,
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx/model.onnx'), encoderFile({ head, ...options }));
  return folder;
}

function encoderFile({
  head,
  weights = encoderWeights(),
  types = 'token_type_ids',
  ints = 'int64',
  output = outputs[head],
}: Omit<TinyEncoder, 'config' | 'beside'>): Uint8Array {
  const g = new GraphBuilder('encoder');
  const [batch, length] = ['batch', 'sequence_length'];
  const w = (name: string): Value => {
    if (g.has(name)) return name;
    const { shape, data } = weights.get(name)!;
    return g.initializer(name, tensor('float', shape, data));
  };
  const ids = g.input('input_ids', ints, [batch, length]);
  const seen = g.input('attention_mask', ints, [batch, length]);
  const segments = types === null ? null : g.input(types, ints, [batch, length]);
  const dense = (x: Value, name: string) => g.add(g.matmul(x, w(`${name}.weight`)), w(`${name}.bias`));
  const norm = (x: Value, name: string) =>
    g.op('LayerNormalization', [x, w(`${name}.scale`), w(`${name}.bias`)], { axis: -1, epsilon: float(epsilon) });
  const byHead = (x: Value, perm: readonly number[]) =>
    g.transpose(g.reshape(x, [batch, length, size.heads, headSize]), perm);

  const places = g.op('Slice', [w('places'), g.int64s([0]), g.sizeVector(length), g.int64s([0])]);
  let x = g.add(g.op('Gather', [w('words'), ids], { axis: 0 }), places);
  if (segments !== null) x = g.add(x, g.op('Gather', [w('types'), segments], { axis: 0 }));
  x = norm(x, 'norm0');
  const number = (value: number) => g.constant(tensor('float', [], [value]));
  const hidden = g.where(g.unsqueeze(g.op('Equal', [seen, g.scalar(0, seen)]), [1, 2]), number(FORBIDDEN), number(0));
  const scores = g.matmul(byHead(dense(x, 'q'), [0, 2, 1, 3]), byHead(dense(x, 'k'), [0, 2, 3, 1]));
  const attention = g.op('Softmax', [g.add(g.scale(scores, 1 / Math.sqrt(headSize)), hidden)], { axis: -1 });
  const found = g.transpose(g.matmul(attention, byHead(dense(x, 'v'), [0, 2, 1, 3])), [0, 2, 1, 3]);
  x = norm(g.add(x, dense(g.reshape(found, [batch, length, size.width]), 'out')), 'norm1');
  x = norm(g.add(x, dense(g.op('Relu', [dense(x, 'wide')]), 'narrow')), 'norm2');
  if (head === 'classifies') {
    const first = g.op('Gather', [x, g.constant(tensor('int64', [], [0]))], { axis: 1 });
    x = dense(g.op('Tanh', [dense(first, 'pooler')]), 'classes');
  } else if (head === 'fills') x = g.matmul(x, g.transpose(w('words'), [1, 0]));
  const [named] = g.node('Identity', [x], {}, { outputs: [output] });
  g.output(named);
  return writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'test', graph: g.finish(), metadata: {} });
}

/** The paper's formulas one after another, in float64, of one text alone: what it says of each token. */
export function referenceHidden(weights: Weights, tokens: readonly number[], segments?: readonly number[]): number[][] {
  const rowsOf = (name: string): number[][] => {
    const { shape, data } = weights.get(name)!;
    const width = shape.at(-1)!;
    return Array.from({ length: data.length / width }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
  };
  const dense = (x: readonly number[], name: string): number[] => {
    const matrix = rowsOf(`${name}.weight`);
    return rowsOf(`${name}.bias`)[0].map((bias, i) =>
      x.reduce((sum, value, row) => sum + value * matrix[row][i], bias),
    );
  };
  const norm = (x: readonly number[], name: string): number[] => {
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
    const [scale, bias] = [rowsOf(`${name}.scale`)[0], rowsOf(`${name}.bias`)[0]];
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * scale[i] + bias[i]);
  };
  const add = (...all: readonly (readonly number[])[]) => all[0].map((_, i) => all.reduce((sum, x) => sum + x[i], 0));
  const [words, places, types] = ['words', 'places', 'types'].map(rowsOf);
  let rows = tokens.map((token, i) =>
    norm(add(words[token], places[i], ...(segments ? [types[segments[i]]] : [])), 'norm0'),
  );
  const [q, k, v] = ['q', 'k', 'v'].map((name) => rows.map((row) => dense(row, name)));
  rows = rows.map((row, at) => {
    const found = Array.from({ length: size.heads }, (_, head) => {
      const part = (x: readonly number[]) => x.slice(head * headSize, (head + 1) * headSize);
      const powers = k.map((key) =>
        Math.exp(part(key).reduce((sum, value, i) => sum + value * part(q[at])[i], 0) / Math.sqrt(headSize)),
      );
      const total = powers.reduce((sum, power) => sum + power, 0);
      return part(v[0]).map((_, i) => powers.reduce((sum, power, from) => sum + (power / total) * part(v[from])[i], 0));
    });
    return norm(add(row, dense(found.flat(), 'out')), 'norm1');
  });
  return rows.map((row) => {
    const wide = dense(row, 'wide').map((value) => Math.max(0, value));
    return norm(add(row, dense(wide, 'narrow')), 'norm2');
  });
}

/** Logits of its classes. */
export function referenceClasses(weights: Weights, tokens: readonly number[], segments?: readonly number[]): number[] {
  const apply = (x: readonly number[], name: string): number[] => {
    const { shape, data } = weights.get(`${name}.weight`)!;
    const bias = weights.get(`${name}.bias`)!.data;
    return Array.from(bias, (start, i) => x.reduce((sum, value, row) => sum + value * data[row * shape[1] + i], start));
  };
  return apply(apply(referenceHidden(weights, tokens, segments)[0], 'pooler').map(Math.tanh), 'classes');
}
