import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelRules } from '../../../generation/rules.ts';
import type { ChatTemplate } from '../../../generation/chat-template.ts';
import { modelNames, precisions, weightTypes } from '../../../hub/choose.ts';
import type { LlamaConfig } from '../../../architectures/llama.ts';
import { llamaDecoder } from '../../../architectures/llama.ts';
import type { Tensor } from '../../../onnx/types.ts';
import { writeModel } from '../../../onnx/write.ts';
import type { CacheSizes } from '../../../runtime/next-token.ts';
import { decodeSafetensors } from '../../../runtime/safetensors.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { kindOfConfig, type ModelKind } from '../../../shared/prompt/model-kind.ts';
import type { OwnSettings } from '../../../shared/prompt/own-settings.ts';
import { maxTokenizerBytes, parseTokenizerFile, type TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import { headOf, type ClassifierHead } from '../encoders/head.ts';
import { readRecipe, type EmbeddingRecipe } from '../encoders/pooling.ts';
import {
  maxBytes,
  readInside,
  readJson,
  readText,
  requireSize,
  sizeOf,
  whole,
  type Json,
  type ReadModel,
} from './folder-files.ts';
import { ownSettings, rulesOf, samplingSettings } from './generation-config.ts';
import { firstOf, onnxWeights, requireMemory } from './onnx-weights.ts';
import type { Decoders, Rewriting } from './parts.ts';
import { readSeq2Seq, withPastOf } from './seq2seq-folder.ts';

/** A folder as Hugging Face's hub has one: config.json, tokenizer.json, and the weights as ONNX or, of a Llama, as safetensors. */
export interface ModelFolder {
  /** Bytes of its weights on disk. */
  bytes: number;
  /** For ONNX Runtime. Errors: broken_model, external_data_missing, model_too_large, not_enough_memory. */
  model(): ReadModel;
  /** The decoder that goes on, where it is a file of its own. */
  withPast: (() => ReadModel) | null;
  sizes: CacheSizes | null;
  tokenizer: TokenizerFile;
  /** Put before a text. */
  begin: number | null;
  ends: number[];
  context: number;
  /** How it is given turns; null where it was not made for them. */
  template: ChatTemplate | null;
  kind: ModelKind;
  /** Of one that classifies, or makes vectors, how. */
  head: ClassifierHead | EmbeddingRecipe | null;
  /** What fills up a text beside a longer one. */
  pad: number | null;
  /** Of one that writes another text, what that takes beside its decoder. */
  rewriting: Rewriting | null;
  rules: ModelRules;
  own: OwnSettings | null;
}

const usualContext = 1024;
const relativeContext = 2048;

/** Likeliest first: as it was published, else in the finest numbers that there are. */
const modelFiles = ['', ...precisions.map((precision) => `_${precision}`)].flatMap((suffix) =>
  modelNames.map((name) => `${name}${suffix}.onnx`),
);

/**
 * Errors: no_such_file, model_too_large, unsupported_architecture, tokenizer_missing, not_a_tokenizer, broken_model.
 * @param file one of its .onnx files, where a certain one is wanted
 */
export function readModelFolder(folder: string, file?: string): ModelFolder {
  const config = readJson(folder, 'config.json');
  const said = readJson(folder, 'generation_config.json');
  const generation = said ?? {};
  const about = config ?? {};
  const kind = kindOfConfig(about);
  const tokenizer = readTokenizer(folder);
  const recipe = kind === 'embeds' ? readRecipe(folder) : null;
  const heads = whole(about.num_key_value_heads) ?? whole(about.num_attention_heads) ?? whole(about.n_head);
  const width = whole(about.hidden_size) ?? whole(about.n_embd);
  const questions = whole(about.num_attention_heads) ?? whole(about.n_head);
  const headSize = whole(about.head_dim) ?? (width && questions ? width / questions : null);
  const nets = kind === 'rewrites' ? readSeq2Seq(folder, about, generation, file) : null;
  const { weights, withPast } = nets ?? decodersOf(folder, about, file);
  return {
    bytes: weights.bytes,
    model: () => weights.read(),
    withPast,
    sizes: nets ? nets.sizes : heads && headSize ? { heads, headSize } : null,
    tokenizer,
    begin: beginOf(folder, tokenizer, about),
    ends: endsOf(generation, about, tokenizer),
    context: Math.min(contextOf(about), recipe?.most ?? Infinity),
    // What is translated or summed up is one text, whatever a file says.
    template: nets ? null : templateOf(folder),
    kind,
    head: kind === 'classifies' || kind === 'names' ? headOf(about) : recipe,
    pad: whole(about.pad_token_id),
    rewriting: nets?.rewriting ?? null,
    rules: rulesOf(about, said),
    // Older ones keep it in config.json.
    own: nets
      ? ownSettings(said ?? about, nets.rewriting.start)
      : kind === 'writes'
        ? samplingSettings(generation)
        : null,
  };
}

function contextOf(config: Json): number {
  // Places that are told by how far they are apart have no end; what was not trained on is at least possible.
  if (whole(config.relative_attention_num_buckets) !== null) return relativeContext;
  const places = whole(config.max_position_embeddings) ?? whole(config.n_positions) ?? whole(config.n_ctx);
  if (places === null) return usualContext;
  // RoBERTa counts its places from after the padding's.
  return /roberta|camembert/.test(String(config.model_type)) ? places - 2 : places;
}

/** A folder may keep its template in tokenizer_config.json, by name where there are several, or in a file of its own. */
function templateOf(folder: string): ChatTemplate | null {
  const config = readJson(folder, 'tokenizer_config.json') ?? {};
  const own = statSync(join(folder, 'chat_template.jinja'), { throwIfNoEntry: false })
    ? readText(folder, 'chat_template.jinja')
    : null;
  const { chat_template: said } = config;
  const named = Array.isArray(said) ? (said as Json[]).find(({ name }) => name === 'default')?.template : said;
  const source = own ?? (typeof named === 'string' ? named : null);
  if (source === null) return null;
  const tokens = Object.entries(config).flatMap(([key, value]): [string, string][] => {
    const text = typeof value === 'object' && value !== null ? (value as Json).content : value;
    return key.endsWith('_token') && typeof text === 'string' ? [[key, text]] : [];
  });
  return { source, tokens: Object.fromEntries(tokens) };
}

function decodersOf(folder: string, config: Json, file: string | undefined): Decoders {
  const has = (name: string): boolean => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false;
  const wanted = file ?? modelFiles.find(has);
  const llama = file === undefined ? llamaOf(config) : null;
  const safetensors = llama
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.safetensors'))
        .sort()
    : [];
  const bytes = sizeOf(folder, safetensors);
  // From its weights a Llama gets a cache whatever its export has, and one that is not computed twice.
  if (llama && safetensors.length > 0 && (bytes <= maxBytes || wanted === undefined)) {
    const read = (): ReadModel => ({ model: readLlama(folder, llama, safetensors), paths: [] });
    return { weights: { bytes, read }, withPast: null };
  }
  if (wanted === undefined) {
    throw new AtelierError(
      'no_such_file',
      `There is no model in ${folder}: no ${modelFiles[0]}, and no safetensors of a Llama. Choose a folder as Hugging Face's hub has them, or name its .onnx file.`,
    );
  }
  const next = withPastOf(wanted, has);
  const all = [wanted, ...(next === null ? [] : [next])].map((name) => onnxWeights(folder, name));
  if (next === null) return { weights: all[0], withPast: null };
  return { weights: firstOf(folder, all), withPast: () => all[1].read() };
}

function readLlama(folder: string, llama: LlamaConfig, safetensors: readonly string[]): Uint8Array {
  const tensors = new Map<string, Tensor>();
  requireMemory(folder, requireSize(folder, safetensors));
  for (const name of safetensors) {
    for (const [key, tensor] of decodeSafetensors(readInside(folder, name), name).tensors) tensors.set(key, tensor);
  }
  if ([...tensors.keys()].some((name) => name.startsWith(`model.layers.${llama.layers}.`))) {
    throw new AtelierError(
      'broken_model',
      `config.json says that the model has ${llama.layers} layers, and its weights have more. Take the file that lies beside the model.`,
    );
  }
  const graph = llamaDecoder(llama, tensors);
  return writeModel({ irVersion: 10, opsets: { '': 23 }, producer: 'atelier', graph, metadata: {} });
}

/** Null where it is of another build. */
function llamaOf(config: Json): LlamaConfig | null {
  const { model_type: type, rope_scaling: scaling, hidden_act: act = 'silu' } = config;
  const known = typeof type === 'string' && weightTypes.has(type);
  if (!known || (scaling !== undefined && scaling !== null) || act !== 'silu') return null;
  const read = (key: string): number => {
    const value = whole(config[key]);
    if (value === null)
      throw new AtelierError('broken_model', `config.json has no "${key}". Take the file that lies beside the model.`);
    return value;
  };
  const [heads, width, context] = ['num_attention_heads', 'hidden_size', 'max_position_embeddings'].map(read);
  const window = whole(config.sliding_window);
  if (window !== null && window < context && config.use_sliding_window !== false) return null;
  return {
    vocabulary: read('vocab_size'),
    width,
    layers: read('num_hidden_layers'),
    heads,
    keyValueHeads: whole(config.num_key_value_heads) ?? heads,
    headSize: whole(config.head_dim) ?? width / heads,
    epsilon: typeof config.rms_norm_eps === 'number' ? config.rms_norm_eps : 1e-6,
    theta: typeof config.rope_theta === 'number' ? config.rope_theta : 10_000,
    context: Math.min(context, 32_768),
  };
}

function beginOf(folder: string, tokenizer: TokenizerFile, config: Json): number | null {
  // A post-processor puts it there by itself.
  if (tokenizer.post_processor) return null;
  const { add_bos_token: adds } = readJson(folder, 'tokenizer_config.json') ?? {};
  return adds === true ? whole(config.bos_token_id) : null;
}

/** generation_config.json knows best; then config.json; then what the tokenizer's own tokens are called. */
function endsOf(generation: Json, config: Json, { added_tokens: added }: TokenizerFile): number[] {
  for (const { eos_token_id: said } of [generation, config]) {
    const ids = (Array.isArray(said) ? said : [said]).map(whole).filter((id) => id !== null);
    if (ids.length > 0) return ids;
  }
  const names = new Set(['</s>', '<|endoftext|>', '<eos>', '<|im_end|>', '<|end_of_text|>', '[EOS]']);
  return added.filter(({ content }) => names.has(content)).map(({ id }) => id);
}

function readTokenizer(folder: string): TokenizerFile {
  if (!statSync(join(folder, 'tokenizer.json'), { throwIfNoEntry: false })) {
    throw new AtelierError(
      'tokenizer_missing',
      `There is no tokenizer.json in ${folder}, which says what a model's numbers stand for. Put the one there that lies beside the model on the hub.`,
    );
  }
  return parseTokenizerFile(readText(folder, 'tokenizer.json', maxTokenizerBytes), 'tokenizer.json');
}
