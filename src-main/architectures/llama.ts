import type { Value } from '../onnx/builder.ts';
import { float } from '../onnx/attributes.ts';
import { GraphBuilder } from '../onnx/builder.ts';
import { sum } from '../onnx/dims.ts';
import { fromBfloat16, fromFloat16 } from '../onnx/half.ts';
import { sizeOf, tensor } from '../onnx/tensors.ts';
import type { Graph, Shape, Tensor, ValueType } from '../onnx/types.ts';
import { AtelierError } from '../shared/errors.ts';
import { maskAfter } from './transformer-layers.ts';

/** What a Llama of any maker differs in (Touvron et al. 2023; Mistral and Qwen 2 are of the same build). Sizes in numbers of floats. */
export interface LlamaConfig {
  vocabulary: number;
  width: number;
  layers: number;
  heads: number;
  /** Several heads of questions share one of keys and values (Ainslie et al. 2023). */
  keyValueHeads: number;
  headSize: number;
  epsilon: number;
  /** Of the rotary places (Su et al. 2021). */
  theta: number;
  context: number;
}

/** Its weights, by the names of Hugging Face's layout. Biases of the projections where there are any. */
export type Weights = ReadonlyMap<string, Tensor>;

/**
 * The decoder with a cache, with the inputs and outputs of `gptDecoder`. Places are rotated by halves, as Hugging Face's layout has them.
 * Throws `broken_model` where a weight is missing or of another size.
 */
export function llamaDecoder(config: LlamaConfig, weights: Weights): Graph {
  const g = new GraphBuilder('llama');
  const { width, layers, heads, keyValueHeads: shared, headSize: size } = config;
  const [past, fresh] = ['past_sequence_length', 'sequence_length'];
  const all = sum([past, fresh]);
  const take = (name: string, shape: readonly number[]): Tensor => weightOf(weights, name, shape);
  const tokens = g.input('input_ids', 'int64', ['batch', fresh]);
  const seen = g.input('attention_mask', 'int64', ['batch', all]);
  const at = g.input('position_ids', 'int64', ['batch', fresh]);
  const earlier = Array.from({ length: layers }, (_, n) =>
    ['key', 'value'].map((what) => g.input(`past_key_values.${n}.${what}`, 'float', ['batch', shared, past, size])),
  );

  g.scope = 'mask';
  const mask = maskAfter(g, seen, { past, all });
  g.scope = '';
  const turns = rotary(g, config);
  const words = g.initializer(
    'model.embed_tokens.weight',
    take('model.embed_tokens.weight', [config.vocabulary, width]),
  );
  let rows = g.reshape(g.op('Gather', [words, tokens], { axis: 0 }), [-1, width]);
  const floats = (...shape: Shape): ValueType => ({ type: 'float', shape });
  const norm = (x: Value, name: string): Value => {
    const weight = g.initializer(name, take(name, [width]));
    const options = { outputs: ['normed'], types: [g.type(x)] };
    return g.node('RMSNormalization', [x, weight], { axis: -1, epsilon: float(config.epsilon) }, options)[0];
  };
  const dense = (x: Value, name: string, parts: readonly string[], sizes: readonly number[], inputs: number): Value => {
    const joined = together(parts.map((part, i) => take(`${part}.weight`, [sizes[i], inputs])));
    const biases = parts.every((part) => weights.has(`${part}.bias`))
      ? [g.initializer(`${name}.bias`, together(parts.map((part, i) => take(`${part}.bias`, [sizes[i]]))))]
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
      [heads * size, shared * size, shared * size],
      width,
    );
    const sizes = g.int64s([heads * size, shared * size, shared * size]);
    const apart = g.reshape(qkv, ['batch', fresh, (heads + 2 * shared) * size]);
    const [q, k, v] = g.node('Split', [apart, sizes], { axis: 2 }, { outputs: ['q', 'k', 'v'] });
    const turned = (x: Value, count: number): Value =>
      g.node(
        'RotaryEmbedding',
        [x, ...turns, at],
        { num_heads: count },
        { outputs: ['turned'], types: [floats('batch', fresh, count * size)] },
      )[0];
    const questions = turned(q, heads);
    const keys = turned(k, shared);
    g.scope = '';
    const cache = floats('batch', shared, all, size);
    const [joined] = g.node(
      'Attention',
      [questions, keys, v, mask, ...earlier[n]],
      { q_num_heads: heads, kv_num_heads: shared },
      {
        outputs: [`${attention}/joined`, `present.${n}.key`, `present.${n}.value`],
        types: [floats('batch', fresh, heads * size), cache, cache],
      },
    );
    g.scope = layer;
    const taken = g.reshape(joined, [-1, heads * size]);
    rows = g.op('Add', [rows, dense(taken, `${attention}.o_proj`, [`${attention}.o_proj`], [width], heads * size)]);

    const inner = weights.get(`${layer}.mlp.gate_proj.weight`)?.shape[0] ?? 0;
    const both = dense(
      norm(rows, `${layer}.post_attention_layernorm.weight`),
      `${layer}.mlp.gate_up_proj`,
      ['gate_proj', 'up_proj'].map((part) => `${layer}.mlp.${part}`),
      [inner, inner],
      width,
    );
    const [gate, up] = g.node('Split', [both, g.int64s([inner, inner])], { axis: 1 }, { outputs: ['gate', 'up'] });
    const fed = g.op('Mul', [g.op('Mul', [gate, g.op('Sigmoid', [gate])]), up]);
    rows = g.op('Add', [rows, dense(fed, `${layer}.mlp.down_proj`, [`${layer}.mlp.down_proj`], [width], inner)]);
  }

  g.scope = '';
  const last = norm(rows, 'model.norm.weight');
  const head = weights.has('lm_head.weight')
    ? g.initializer('lm_head.weight', take('lm_head.weight', [config.vocabulary, width]))
    : words;
  const logits = g.reshape(g.op('Gemm', [last, head], { transB: 1 }), ['batch', fresh, config.vocabulary]);
  g.output(g.node('Identity', [logits], {}, { outputs: ['logits'] })[0]);
  for (let n = 0; n < layers; n++) for (const what of ['key', 'value']) g.output(`present.${n}.${what}`);
  return g.finish();
}

/** Cosines and sines of each place's angles: [context, half a head]. */
function rotary(g: GraphBuilder, { context, headSize, theta }: LlamaConfig): [Value, Value] {
  const half = headSize / 2;
  const table = (of: (angle: number) => number): Tensor =>
    tensor(
      'float',
      [context, half],
      Float32Array.from({ length: context * half }, (_, at) =>
        of(Math.floor(at / half) / theta ** ((2 * (at % half)) / headSize)),
      ),
    );
  return [g.initializer('rotary.cos', table(Math.cos)), g.initializer('rotary.sin', table(Math.sin))];
}

function weightOf(weights: Weights, name: string, shape: readonly number[]): Tensor {
  const found = weights.get(name);
  if (found && found.shape.length === shape.length && found.shape.every((size, i) => size === shape[i])) {
    return floats(found, name);
  }
  throw new AtelierError(
    'broken_model',
    found
      ? `The weight "${name}" is ${found.shape.join('×')}, and config.json makes it ${shape.join('×')}. Both must be of one model.`
      : `The weight "${name}" is missing. All of a model's .safetensors files must be in its folder.`,
  );
}

function floats({ type, shape, data }: Tensor, name: string): Tensor {
  if (type === 'float') return { type, shape, data };
  const wide = type === 'float16' ? fromFloat16 : type === 'bfloat16' ? fromBfloat16 : null;
  if (!wide)
    throw new AtelierError('broken_model', `The weight "${name}" is of type ${type}; 16 and 32 bit floats are read.`);
  return tensor('float', shape, Float32Array.from(data as Uint16Array, wide));
}

/** Below each other. */
export function together(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0];
  const [{ shape }] = parts;
  const rows = parts.reduce((count, part) => count + part.shape[0], 0);
  const data = new Float32Array(rows * sizeOf(shape.slice(1)));
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return tensor('float', [rows, ...shape.slice(1)], data);
}
