import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { llamaDecoder, type LlamaConfig, type Weights } from '../../src-main/architectures/llama.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { encodeSafetensors } from '../../src-main/runtime/safetensors.ts';
import { Random } from '../../src-main/shared/random.ts';

/** A Llama of a few hundred weights by chance. */
export const tinyConfig: LlamaConfig = {
  vocabulary: 40,
  width: 12,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  headSize: 6,
  epsilon: 1e-5,
  theta: 100,
  context: 24,
};
const inner = 10;

export const tinyWeights = ({ tied = true, biased = false, seed = 1 } = {}): Map<string, Tensor> =>
  llamaWeights(tinyConfig, inner, { tied, biased, seed });

/** @param inner width of the layers between */
export function llamaWeights(
  { vocabulary, width, layers, heads, keyValueHeads, headSize }: LlamaConfig,
  inner: number,
  { tied = true, biased = false, seed = 1 } = {},
): Map<string, Tensor> {
  const random = new Random(seed);
  const weights = new Map<string, Tensor>();
  const put = (name: string, ...shape: number[]): void => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.4 * random.normal());
    weights.set(name, tensor('float', shape, name.includes('norm') ? values.map((value) => 1 + value) : values));
  };
  put('model.embed_tokens.weight', vocabulary, width);
  for (let n = 0; n < layers; n++) {
    const layer = `model.layers.${n}`;
    for (const [part, rows] of [
      ['q', heads * headSize],
      ['k', keyValueHeads * headSize],
      ['v', keyValueHeads * headSize],
    ] as const) {
      put(`${layer}.self_attn.${part}_proj.weight`, rows, width);
      if (biased) put(`${layer}.self_attn.${part}_proj.bias`, rows);
    }
    put(`${layer}.self_attn.o_proj.weight`, width, heads * headSize);
    put(`${layer}.mlp.gate_proj.weight`, inner, width);
    put(`${layer}.mlp.up_proj.weight`, inner, width);
    put(`${layer}.mlp.down_proj.weight`, width, inner);
    put(`${layer}.input_layernorm.weight`, width);
    put(`${layer}.post_attention_layernorm.weight`, width);
  }
  put('model.norm.weight', width);
  if (!tied) put('lm_head.weight', vocabulary, width);
  return weights;
}

export const tinyModel = (weights: Weights): Uint8Array =>
  writeModel({
    irVersion: 10,
    opsets: { '': 23 },
    producer: 'test',
    graph: llamaDecoder(tinyConfig, weights),
    metadata: {},
  });

/** The paper's formulas one after another, in float64, without a cache: logits of every place. */
export function referenceLogits(weights: Weights, tokens: readonly number[]): number[][] {
  const { width, layers, heads, keyValueHeads, headSize, epsilon, theta, vocabulary } = tinyConfig;
  const matrix = (name: string): number[][] => {
    const { shape, data } = weights.get(name)!;
    return Array.from({ length: shape[0] }, (_, row) =>
      Array.from({ length: shape[1] ?? 1 }, (_, i) => Number((data as Float32Array)[row * (shape[1] ?? 1) + i])),
    );
  };
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  const apply = (name: string, x: readonly number[]): number[] => {
    const bias = weights.has(name.replace('.weight', '.bias')) ? matrix(name.replace('.weight', '.bias')) : null;
    return matrix(name).map((row, i) => dot(row, x) + (bias ? bias[i][0] : 0));
  };
  const norm = (name: string, x: readonly number[]): number[] => {
    const root = Math.sqrt(dot(x, x) / x.length + epsilon);
    return x.map((value, i) => (value / root) * matrix(name)[i][0]);
  };
  const turn = (x: readonly number[], place: number): number[] =>
    x.map((value, i) => {
      const half = headSize / 2;
      const angle = place / theta ** ((2 * (i % half)) / headSize);
      return value * Math.cos(angle) + (i < half ? -x[i + half] : x[i - half]) * Math.sin(angle);
    });
  let rows = tokens.map((token) => matrix('model.embed_tokens.weight')[token]);
  for (let n = 0; n < layers; n++) {
    const layer = `model.layers.${n}`;
    const normed = rows.map((row) => norm(`${layer}.input_layernorm.weight`, row));
    const part = (name: string, head: number) =>
      normed.map((row) =>
        apply(`${layer}.self_attn.${name}_proj.weight`, row).slice(head * headSize, (head + 1) * headSize),
      );
    const joined: number[][] = rows.map(() => []);
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / (heads / keyValueHeads));
      const [q, k, v] = [part('q', head).map(turn), part('k', shared).map(turn), part('v', shared)];
      rows.forEach((_, to) => {
        const scores = k.slice(0, to + 1).map((key) => Math.exp(dot(q[to], key) / Math.sqrt(headSize)));
        const sum = scores.reduce((a, b) => a + b, 0);
        for (let i = 0; i < headSize; i++)
          joined[to].push(scores.reduce((all, score, from) => all + (score / sum) * v[from][i], 0));
      });
    }
    const add = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]);
    rows = rows.map((row, i) => add(row, apply(`${layer}.self_attn.o_proj.weight`, joined[i])));
    rows = rows.map((row) => {
      const x = norm(`${layer}.post_attention_layernorm.weight`, row);
      const up = apply(`${layer}.mlp.up_proj.weight`, x);
      const gated = apply(`${layer}.mlp.gate_proj.weight`, x).map(
        (value, i) => (value / (1 + Math.exp(-value))) * up[i],
      );
      return add(row, apply(`${layer}.mlp.down_proj.weight`, gated));
    });
  }
  const head = weights.has('lm_head.weight') ? 'lm_head.weight' : 'model.embed_tokens.weight';
  return rows.map((row) =>
    matrix(head)
      .slice(0, vocabulary)
      .map((words) => dot(words, norm('model.norm.weight', row).slice(0, width))),
  );
}

/** Tokens 0 … 2 are special, then 37 letters. */
export const letters = [...'abcdefghijklmnopqrstuvwxyz {}":,0123[]'].slice(0, 37);
export const tinyTokenizer = {
  version: '1.0',
  added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
  normalizer: null,
  pre_tokenizer: { type: 'Split', pattern: { Regex: '' }, behavior: 'Isolated', invert: false },
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'WordLevel',
    unk_token: '<unk>',
    vocab: Object.fromEntries(['<unk>', '<s>', '</s>', ...letters].map((piece, id) => [piece, id])),
  },
};

/** What stands beside a model's weights on Hugging Face's hub. */
export function llamaFolder(folder: string, model = tinyConfig, tokenizer: object = tinyTokenizer): string {
  mkdirSync(folder, { recursive: true });
  const { vocabulary, width, layers, heads, keyValueHeads, headSize, epsilon, theta, context } = model;
  const config = {
    model_type: 'llama',
    vocab_size: vocabulary,
    hidden_size: width,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headSize,
    rms_norm_eps: epsilon,
    rope_theta: theta,
    max_position_embeddings: context,
    bos_token_id: 1,
    eos_token_id: 2,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  return folder;
}

/** As Hugging Face's hub has it. */
export function tinyFolder(
  folder: string,
  weights: Weights = tinyWeights(),
  model = tinyConfig,
  tokenizer: object = tinyTokenizer,
): string {
  llamaFolder(folder, model, tokenizer);
  writeFileSync(
    join(folder, 'model.safetensors'),
    Buffer.concat(encodeSafetensors({ tensors: new Map(weights), metadata: {} })),
  );
  return folder;
}
