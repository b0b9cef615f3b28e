import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FORBIDDEN } from '../../src-main/architectures/transformer-layers.ts';
import { float } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { sum } from '../../src-main/onnx/dims.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Dim, Graph } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { Random } from '../../src-main/shared/random.ts';
import { letters } from './tiny-llama.ts';

/** An encoder and a decoder of two layers by chance, of BART's build (Lewis et al. 2020), as Optimum exports them: three files and a merged one. */

const size = { vocabulary: 3 + letters.length, width: 12, heads: 3, inner: 16, places: 24, layers: 2 } as const;
export const places = size.places;
const headSize = size.width / size.heads;
const epsilon = 1e-5;

export const special = { pad: 0, end: 1, unknown: 2 } as const;

export type Weights = ReadonlyMap<string, { shape: readonly number[]; data: Float32Array }>;

export function seq2seqWeights(seed = 1): Weights {
  const random = new Random(seed);
  const weights = new Map<string, { shape: number[]; data: Float32Array }>();
  const put = (name: string, ...shape: number[]): void => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.5 * random.normal());
    weights.set(name, { shape, data: name.endsWith('scale') ? data.map((value) => 1 + value) : data });
  };
  const { vocabulary, width, inner, layers } = size;
  put('words', vocabulary, width);
  for (const net of ['encoder', 'decoder']) {
    put(`${net}.places`, size.places, width);
    put(`${net}.first.scale`, width);
    for (let n = 0; n < layers; n++) {
      for (const part of net === 'encoder' ? ['self'] : ['self', 'cross']) {
        for (const what of ['q', 'k', 'v', 'out']) put(`${net}.${n}.${part}.${what}`, width, width);
        put(`${net}.${n}.${part}.scale`, width);
      }
      put(`${net}.${n}.wide`, width, inner);
      put(`${net}.${n}.narrow`, inner, width);
      put(`${net}.${n}.fed.scale`, width);
    }
  }
  return weights;
}

interface Cached {
  key: Value;
  value: Value;
}

/** One net's operators, on top of a builder. */
function parts(g: GraphBuilder, weights: Weights) {
  const w = (name: string): Value => {
    if (g.has(name)) return name;
    const { shape, data } = weights.get(name)!;
    return g.initializer(name, tensor('float', shape, data));
  };
  const number = (value: number) => g.constant(tensor('float', [], [value]));
  const norm = (x: Value, name: string) =>
    g.op(
      'LayerNormalization',
      [x, w(`${name}.scale`), g.constant(tensor('float', [size.width], new Float32Array(size.width)))],
      {
        axis: -1,
        epsilon: float(epsilon),
      },
    );
  const byHead = (x: Value, name: string, length: Dim) =>
    g.transpose(g.reshape(g.matmul(x, w(name)), ['batch', length, size.heads, headSize]), [0, 2, 1, 3]);
  const range = (from: Value, to: Value): Value =>
    g.op('Range', [g.reshape(from, []), g.reshape(to, []), g.constant(tensor('int64', [], [1]))]);
  return {
    w,
    norm,
    made: (x: Value, name: string, length: Dim): Cached => ({
      key: byHead(x, `${name}.k`, length),
      value: byHead(x, `${name}.v`, length),
    }),
    embedded(ids: Value, net: string, from: Dim, to: Dim) {
      const own = g.op('Gather', [w(`${net}.places`), range(g.sizeVector(from), g.sizeVector(to))], { axis: 0 });
      return norm(g.add(g.op('Gather', [w('words'), ids], { axis: 0 }), own), `${net}.first`);
    },
    /** @param mask added to the scores */
    attended(x: Value, { key, value }: Cached, name: string, length: Dim, mask: Value) {
      const scores = g.matmul(byHead(x, `${name}.q`, length), g.transpose(key, [0, 1, 3, 2]));
      const shares = g.op('Softmax', [g.add(g.scale(scores, 1 / Math.sqrt(headSize)), mask)], { axis: -1 });
      const found = g.transpose(g.matmul(shares, value), [0, 2, 1, 3]);
      return norm(g.add(x, g.matmul(g.reshape(found, ['batch', length, size.width]), w(`${name}.out`))), name);
    },
    fed: (x: Value, name: string) =>
      norm(g.add(x, g.matmul(g.op('Relu', [g.matmul(x, w(`${name}.wide`))]), w(`${name}.narrow`))), `${name}.fed`),
    hidden: (seen: Value) =>
      g.where(g.unsqueeze(g.op('Equal', [seen, g.scalar(0, seen)]), [1, 2]), number(FORBIDDEN), number(0)),
    later(past: Dim, all: Dim) {
      const end = g.sizeVector(all);
      const before = g.unsqueeze(range(g.sizeVector(past), end), [1]);
      return g.where(g.op('Less', [before, g.unsqueeze(range(g.int64s([0]), end), [0])]), number(FORBIDDEN), number(0));
    },
  };
}

const source = 'encoder_sequence_length';
const fresh = 'decoder_sequence_length';
const past = 'past_decoder_sequence_length';
const cacheNames = ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'] as const;

function encoderGraph(weights: Weights): Graph {
  const g = new GraphBuilder('encoder');
  const ids = g.input('input_ids', 'int64', ['batch', source]);
  const mask = g.input('attention_mask', 'int64', ['batch', source]);
  const { embedded, made, attended, fed, hidden } = parts(g, weights);
  let x = embedded(ids, 'encoder', 0, source);
  for (let n = 0; n < size.layers; n++) {
    const name = `encoder.${n}`;
    x = fed(attended(x, made(x, `${name}.self`, source), `${name}.self`, source, hidden(mask)), name);
  }
  g.output(g.node('Identity', [x], {}, { outputs: ['last_hidden_state'] })[0]);
  return g.finish();
}

interface Inputs {
  ids: Value;
  mask: Value;
  states: Value;
  /** By layer; null for the branch of the first tokens. */
  cache: Record<(typeof cacheNames)[number], Value>[] | null;
}

/** Logits, and of each layer what is kept. */
function decoded(g: GraphBuilder, weights: Weights, { ids, mask, states, cache }: Inputs) {
  const { w, embedded, made, attended, fed, hidden, later } = parts(g, weights);
  const from: Dim = cache ? past : 0;
  const all = cache ? sum([past, fresh]) : fresh;
  const [unseen, causal] = [hidden(mask), later(from, all)];
  let x = embedded(ids, 'decoder', from, all);
  const kept: { own: Cached; cross: Cached }[] = [];
  for (let n = 0; n < size.layers; n++) {
    const name = `decoder.${n}`;
    const before = cache?.[n];
    const added = made(x, `${name}.self`, fresh);
    const own = before
      ? {
          key: g.concat([before['decoder.key'], added.key], 2),
          value: g.concat([before['decoder.value'], added.value], 2),
        }
      : added;
    const cross = before
      ? { key: before['encoder.key'], value: before['encoder.value'] }
      : made(states, `${name}.cross`, source);
    x = attended(x, own, `${name}.self`, fresh, causal);
    x = fed(attended(x, cross, `${name}.cross`, fresh, unseen), name);
    kept.push({ own, cross });
  }
  return { logits: g.matmul(x, g.transpose(w('words'), [1, 0])), kept };
}

/** `first`: without past. `later`: with past alone. `merged`: both, in the branches of one If. `bare`: without past, and nothing is kept. */
export type DecoderFile = 'first' | 'later' | 'merged' | 'bare';

function decoderGraph(weights: Weights, which: DecoderFile): Graph {
  const g = new GraphBuilder(which);
  const ids = g.input('input_ids', 'int64', ['batch', fresh]);
  const mask = g.input('encoder_attention_mask', 'int64', ['batch', source]);
  // The one that goes on has no use for it.
  const states = which === 'later' ? '' : g.input('encoder_hidden_states', 'float', ['batch', source, size.width]);
  const cacheOf = (n: number) =>
    Object.fromEntries(
      cacheNames.map((what) => {
        const shape = ['batch', size.heads, what.startsWith('decoder') ? past : source, headSize];
        // Of a merged file the sizes of what is empty at first are others than those of the source.
        if (which === 'merged') shape[2] = what.startsWith('decoder') ? past : 'past_encoder_sequence_length';
        return [what, g.input(`past_key_values.${n}.${what}`, 'float', shape)];
      }),
    ) as NonNullable<Inputs['cache']>[number];
  const layers = Array.from({ length: size.layers }, (_, n) => n);
  const cache = which === 'later' || which === 'merged' ? layers.map(cacheOf) : null;
  const told = (name: string, value: Value) => g.output(g.node('Identity', [value], {}, { outputs: [name] })[0]);
  if (which !== 'merged') {
    const { logits, kept } = decoded(g, weights, { ids, mask, states, cache });
    told('logits', logits);
    if (which === 'bare') return g.finish();
    kept.forEach(({ own, cross }, n) => {
      told(`present.${n}.decoder.key`, own.key);
      told(`present.${n}.decoder.value`, own.value);
      if (which === 'later') return;
      told(`present.${n}.encoder.key`, cross.key);
      told(`present.${n}.encoder.value`, cross.value);
    });
    return g.finish();
  }
  const goesOn = g.input('use_cache_branch', 'bool', [1]);
  const branch = (name: string, has: boolean): Graph => {
    const inner = new GraphBuilder(name, { outer: g, repeated: false });
    const { logits, kept } = decoded(inner, weights, { ids, mask, states, cache: has ? cache : null });
    inner.output(logits);
    // As Optimum's: what was given is not given back.
    const nothing = () => inner.op('Identity', [inner.constant(tensor('float', [0, size.heads, 1, headSize], []))]);
    for (const { own, cross } of kept) {
      for (const value of [own.key, own.value]) inner.output(value);
      for (const value of [cross.key, cross.value]) inner.output(has ? nothing() : value);
    }
    return inner.finish();
  };
  const outputs = ['logits', ...layers.flatMap((n) => cacheNames.map((what) => `present.${n}.${what}`))];
  const shapes = outputs.map((name) =>
    name === 'logits' ? ['batch', fresh, size.vocabulary] : [`${name}.rows`, size.heads, `${name}.places`, headSize],
  );
  const named = g.node(
    'If',
    [goesOn],
    {
      then_branch: { kind: 'graph', value: branch('goes_on', true) },
      else_branch: { kind: 'graph', value: branch('begins', false) },
    },
    { outputs, types: shapes.map((shape) => ({ type: 'float', shape })) },
  );
  for (const name of named) g.output(name);
  return g.finish();
}

const fileOf = (graph: Graph): Uint8Array =>
  writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'test', graph, metadata: {} });

export const encoderFile = (weights: Weights): Uint8Array => fileOf(encoderGraph(weights));
export const decoderFile = (weights: Weights, which: DecoderFile): Uint8Array => fileOf(decoderGraph(weights, which));

/** The paper's formulas one after another, in float64, without a cache: logits after each of the decoder's tokens. */
export function referenceLogits(weights: Weights, read: readonly number[], written: readonly number[]): number[][] {
  const matrix = (name: string): number[][] => {
    const { shape, data } = weights.get(name)!;
    const width = shape.at(-1)!;
    return Array.from({ length: data.length / width }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
  };
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((all, value, i) => all + value * b[i], 0);
  const apply = (name: string, rows: readonly number[][]): number[][] => {
    const m = matrix(name);
    return rows.map((row) => m[0].map((_, i) => row.reduce((all, value, at) => all + value * m[at][i], 0)));
  };
  const add = (a: readonly number[][], b: readonly number[][]) =>
    a.map((row, r) => row.map((value, i) => value + b[r][i]));
  const norm = (rows: readonly number[][], name: string): number[][] =>
    rows.map((row) => {
      const mean =
        dot(
          row,
          row.map(() => 1),
        ) / row.length;
      const variance = row.reduce((all, value) => all + (value - mean) ** 2, 0) / row.length;
      return row.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * matrix(`${name}.scale`)[0][i]);
    });
  const embedded = (tokens: readonly number[], net: string) =>
    norm(
      add(
        tokens.map((token) => matrix('words')[token]),
        matrix(`${net}.places`).slice(0, tokens.length),
      ),
      `${net}.first`,
    );
  const attended = (x: number[][], from: number[][], name: string, causal: boolean): number[][] => {
    const [q, k, v] = [apply(`${name}.q`, x), apply(`${name}.k`, from), apply(`${name}.v`, from)];
    const found = q.map((_, to) =>
      Array.from({ length: size.heads }, (_, head) => {
        const part = (row: readonly number[]) => row.slice(head * headSize, (head + 1) * headSize);
        const seen = causal ? k.slice(0, to + 1) : k;
        const powers = seen.map((key) => Math.exp(dot(part(q[to]), part(key)) / Math.sqrt(headSize)));
        const total = powers.reduce((a, b) => a + b, 0);
        return part(v[0]).map((_, i) => powers.reduce((all, power, at) => all + (power / total) * part(v[at])[i], 0));
      }).flat(),
    );
    return norm(add(x, apply(`${name}.out`, found)), name);
  };
  const fed = (x: number[][], name: string): number[][] => {
    const wide = apply(`${name}.wide`, x).map((row) => row.map((value) => Math.max(0, value)));
    return norm(add(x, apply(`${name}.narrow`, wide)), `${name}.fed`);
  };
  let states = embedded(read, 'encoder');
  for (let n = 0; n < size.layers; n++)
    states = fed(attended(states, states, `encoder.${n}.self`, false), `encoder.${n}`);
  let x = embedded(written, 'decoder');
  for (let n = 0; n < size.layers; n++) {
    x = attended(x, x, `decoder.${n}.self`, true);
    x = fed(attended(x, states, `decoder.${n}.cross`, false), `decoder.${n}`);
  }
  return x.map((row) => matrix('words').map((word) => dot(row, word)));
}

/** Tokens 0 … 2 are special, then 37 letters; a text ends with its end. */
const tokenizer = {
  version: '1.0',
  added_tokens: ['<pad>', '</s>', '<unk>'].map((content, id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: { type: 'Split', pattern: { Regex: '' }, behavior: 'Isolated', invert: false },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
    special_tokens: { '</s>': { id: '</s>', ids: [special.end], tokens: ['</s>'] } },
  },
  decoder: { type: 'Fuse' },
  model: {
    type: 'WordLevel',
    unk_token: '<unk>',
    vocab: Object.fromEntries(['<pad>', '</s>', '<unk>', ...letters].map((piece, id) => [piece, id])),
  },
};

export const tokenOf = (letter: string): number => 3 + letters.indexOf(letter);

/** What config.json says of each family: with what a text begins, and what is never to come. */
export const families = {
  t5: { architectures: ['T5ForConditionalGeneration'], model_type: 't5', d_kv: headSize, num_heads: size.heads },
  marian: { architectures: ['MarianMTModel'], model_type: 'marian', bad_words_ids: [[special.pad]] },
  bart: { architectures: ['BartForConditionalGeneration'], model_type: 'bart', forced_bos_token_id: tokenOf('b') },
} as const;

export interface TinySeq2Seq {
  family?: keyof typeof families;
  weights?: Weights;
  /** Its decoders' files. */
  decoders?: readonly DecoderFile[];
  config?: object;
  /** After the files' names: `_fp16`. */
  suffix?: string;
}

const decoderNames: Record<DecoderFile, string> = {
  first: 'decoder_model',
  bare: 'decoder_model',
  later: 'decoder_with_past_model',
  merged: 'decoder_model_merged',
};

/** As Hugging Face's hub has it. */
export function seq2seqFolder(
  folder: string,
  { family = 't5', weights = seq2seqWeights(), decoders = ['merged'], config = {}, suffix = '' }: TinySeq2Seq = {},
): string {
  const about = {
    is_encoder_decoder: true,
    decoder_start_token_id: special.pad,
    pad_token_id: special.pad,
    eos_token_id: special.end,
    max_position_embeddings: size.places,
    ...families[family],
    ...config,
  };
  const files: Record<string, string | Uint8Array> = {
    'config.json': JSON.stringify(about),
    'tokenizer.json': JSON.stringify(tokenizer),
    [`onnx/encoder_model${suffix}.onnx`]: encoderFile(weights),
  };
  for (const which of decoders) files[`onnx/${decoderNames[which]}${suffix}.onnx`] = decoderFile(weights, which);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}
