// A Llama of usual operators, as exporters write one: attention as products and a softmax, norms and rotations spelled out. The loops that are compared
// with run on it, as those of others cannot begin on the product's own graph (its attention refuses a cache of no rows), and rarely get one like it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { together, type LlamaConfig, type Weights } from '../../src-main/architectures/llama.ts';
import { maskAfter } from '../../src-main/architectures/transformer-layers.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/builder.ts';
import { product, sum } from '../../src-main/onnx/dims.ts';
import { tensor } from '../../src-main/onnx/tensors.ts';
import type { Graph, Tensor } from '../../src-main/onnx/types.ts';
import { writeModel } from '../../src-main/onnx/write.ts';
import { decodeSafetensors } from '../../src-main/runtime/safetensors.ts';

/** Of the weights in a folder as Hugging Face's hub has one, which the product reads too; null where it is of another build. */
export function usualLlamaOf(folder: string): Uint8Array | null {
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  const said = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  if (names.length === 0 || said.model_type !== 'llama') return null;
  const files = names.map((name) => decodeSafetensors(readFileSync(join(folder, name)), name));
  const config: LlamaConfig = {
    vocabulary: said.vocab_size,
    width: said.hidden_size,
    layers: said.num_hidden_layers,
    heads: said.num_attention_heads,
    keyValueHeads: said.num_key_value_heads,
    headSize: said.head_dim ?? said.hidden_size / said.num_attention_heads,
    epsilon: said.rms_norm_eps,
    theta: said.rope_theta,
    context: said.max_position_embeddings,
  };
  const graph = usualLlama(config, new Map(files.flatMap(({ tensors }) => [...tensors])));
  return writeModel({ irVersion: 8, opsets: { '': 18 }, producer: 'bench', graph, metadata: {} });
}

/** The same net as `llamaDecoder`, with the same inputs and outputs. */
function usualLlama(config: LlamaConfig, weights: Weights): Graph {
  const g = new GraphBuilder('llama');
  const { width, layers, heads, keyValueHeads: shared, headSize: size } = config;
  const [past, fresh] = ['past_sequence_length', 'sequence_length'];
  const all = sum([past, fresh]);
  const take = (name: string): Tensor => weights.get(name)!;
  const tokens = g.input('input_ids', 'int64', ['batch', fresh]);
  const seen = g.input('attention_mask', 'int64', ['batch', all]);
  const at = g.input('position_ids', 'int64', ['batch', fresh]);
  const earlier = Array.from({ length: layers }, (_, n) =>
    ['key', 'value'].map((what) => g.input(`past_key_values.${n}.${what}`, 'float', ['batch', shared, past, size])),
  );

  g.scope = 'mask';
  const mask = maskAfter(g, seen, { past, all, heads: 2 });
  g.scope = '';
  const turns = rotary(g, config, at);
  const words = g.initializer('model.embed_tokens.weight', take('model.embed_tokens.weight'));
  let rows = g.reshape(g.op('Gather', [words, tokens], { axis: 0 }), [-1, width]);
  const norm = (x: Value, name: string): Value => {
    const squares = g.op('Pow', [x, g.scalar(2, x)]);
    const mean = g.op('ReduceMean', [squares, g.int64s([-1])], { keepdims: 1 });
    const root = g.op('Sqrt', [g.op('Add', [mean, g.scalar(config.epsilon, x)])]);
    return g.op('Mul', [g.op('Div', [x, root]), g.initializer(name, take(name))]);
  };
  const dense = (x: Value, name: string, parts: readonly string[]): Value => {
    const joined = together(parts.map((part) => take(`${part}.weight`)));
    const biases = parts.every((part) => weights.has(`${part}.bias`))
      ? [g.initializer(`${name}.bias`, together(parts.map((part) => take(`${part}.bias`))))]
      : [];
    return g.op('Gemm', [x, g.initializer(`${name}.weight`, joined), ...biases], { transB: 1 });
  };

  for (let n = 0; n < layers; n++) {
    const layer = `model.layers.${n}`;
    g.scope = layer;
    const attention = `${layer}.self_attn`;
    const qkv = dense(
      norm(rows, `${layer}.input_layernorm.weight`),
      `${attention}.qkv_proj`,
      ['q_proj', 'k_proj', 'v_proj'].map((part) => `${attention}.${part}`),
    );
    const sizes = g.int64s([heads * size, shared * size, shared * size]);
    const [q, k, v] = g.node('Split', [qkv, sizes], { axis: 1 }, { outputs: ['q', 'k', 'v'] });
    const byHead = (x: Value, count: number): Value =>
      g.transpose(g.reshape(x, ['batch', fresh, count, size]), [0, 2, 1, 3]);
    const questions = turned(g, byHead(q, heads), turns);
    g.scope = '';
    const [keys, values] = [turned(g, byHead(k, shared), turns), byHead(v, shared)].map((x, i) => {
      const what = i === 0 ? 'key' : 'value';
      return g.node('Concat', [earlier[n][i], x], { axis: 2 }, { outputs: [`present.${n}.${what}`] })[0];
    });
    g.scope = layer;
    // Heads that share keys lie side by side: they are more rows of one product.
    const group = heads / shared;
    const grouped = g.reshape(g.scale(questions, 1 / Math.sqrt(size)), [
      'batch',
      shared,
      product([group, fresh]),
      size,
    ]);
    const scores = g.op('MatMul', [grouped, g.transpose(keys, [0, 1, 3, 2])]);
    const apart = g.reshape(scores, ['batch', shared, group, fresh, all]);
    const shares = g.op('Softmax', [g.op('Add', [apart, mask])], { axis: -1 });
    const taken = g.op('MatMul', [g.reshape(shares, ['batch', shared, product([group, fresh]), all]), values]);
    const joined = g.reshape(g.transpose(g.reshape(taken, ['batch', heads, fresh, size]), [0, 2, 1, 3]), [
      -1,
      heads * size,
    ]);
    rows = g.op('Add', [rows, dense(joined, `${attention}.o_proj`, [`${attention}.o_proj`])]);

    const inner = weights.get(`${layer}.mlp.gate_proj.weight`)?.shape[0] ?? 0;
    const both = dense(
      norm(rows, `${layer}.post_attention_layernorm.weight`),
      `${layer}.mlp.gate_up_proj`,
      ['gate_proj', 'up_proj'].map((part) => `${layer}.mlp.${part}`),
    );
    const [gate, up] = g.node('Split', [both, g.int64s([inner, inner])], { axis: 1 }, { outputs: ['gate', 'up'] });
    const fed = g.op('Mul', [g.op('Mul', [gate, g.op('Sigmoid', [gate])]), up]);
    rows = g.op('Add', [rows, dense(fed, `${layer}.mlp.down_proj`, [`${layer}.mlp.down_proj`])]);
  }

  g.scope = '';
  const last = norm(rows, 'model.norm.weight');
  const head = weights.has('lm_head.weight') ? g.initializer('lm_head.weight', take('lm_head.weight')) : words;
  const logits = g.reshape(g.op('Gemm', [last, head], { transB: 1 }), ['batch', fresh, config.vocabulary]);
  g.output(g.node('Identity', [logits], {}, { outputs: ['logits'] })[0]);
  for (let n = 0; n < layers; n++) for (const what of ['key', 'value']) g.output(`present.${n}.${what}`);
  return g.finish();
}

/** Cosines, and sines with the sign of their half, of each new place: [batch, 1, new, size]. */
function rotary(g: GraphBuilder, { context, headSize, theta }: LlamaConfig, at: Value): [Value, Value] {
  const half = headSize / 2;
  const table = (of: (angle: number, i: number) => number): Tensor => {
    const values = new Float32Array(context * headSize);
    for (let place = 0; place < context; place++) {
      for (let i = 0; i < headSize; i++)
        values[place * headSize + i] = of(place / theta ** ((2 * (i % half)) / headSize), i);
    }
    return tensor('float', [context, headSize], values);
  };
  const gathered = (name: string, values: Tensor): Value =>
    g.unsqueeze(g.op('Gather', [g.initializer(name, values), at], { axis: 0 }), [1]);
  return [
    gathered('rotary.cos', table(Math.cos)),
    gathered(
      'rotary.sin',
      table((angle, i) => (i < half ? -Math.sin(angle) : Math.sin(angle))),
    ),
  ];
}

function turned(g: GraphBuilder, x: Value, [cos, sin]: readonly [Value, Value]): Value {
  const [low, high] = g.node('Split', [x], { axis: -1, num_outputs: 2 }, { outputs: ['low', 'high'] });
  const swapped = g.op('Concat', [high, low], { axis: -1 });
  return g.op('Add', [g.op('Mul', [x, cos]), g.op('Mul', [swapped, sin])]);
}
