import { totalmem } from 'node:os';
import { AtelierError } from '../shared/errors.ts';
import type { HubFile, HubModel } from './describe.ts';

/** One way in which a model's weights are offered, with all the files that it takes to open it. */
export interface Variant {
  /** `full`, `safetensors`, or what follows its file's name: `fp16`, `q4`, `quantized`. */
  key: string;
  files: HubFile[];
  bytes: number;
}

/** Where models lie in such repositories, likeliest first; also the order in which a folder is looked through. */
export const modelNames = [
  'onnx/model',
  'model',
  'onnx/decoder_model_merged',
  'decoder_model_merged',
  'onnx/decoder_model',
  'decoder_model',
] as const;

/** In which numbers weights may be, as Optimum and transformers.js name them, after a model's name; the finest first. */
export const precisions = ['fp16', 'int8', 'uint8', 'quantized', 'q4', 'q4f16', 'bnb4'] as const;

/** `config.json`'s model_type of those whose safetensors are read as they are. */
export const weightTypes: ReadonlySet<string> = new Set(['llama', 'mistral', 'qwen2']);

const beside = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'modules.json',
  'sentence_bert_config.json',
  '1_Pooling/config.json',
  'README.md',
];

/** One model, or the nets of one that reads with one and writes with another, or begins with one and goes on with another. */
function namesOf(suffix: string, has: (name: string) => boolean): string[] {
  for (const at of ['onnx/', '']) {
    const net = (name: string): string => `${at}${name}${suffix}`;
    if (!has(net('encoder_model'))) continue;
    if (has(net('decoder_model_merged'))) return [net('encoder_model'), net('decoder_model_merged')];
    const decoders = [net('decoder_model'), net('decoder_with_past_model')].filter(has);
    if (decoders[0] === net('decoder_model')) return [net('encoder_model'), ...decoders];
  }
  const name = modelNames.map((each) => `${each}${suffix}`).find(has);
  const next = name?.replace(/decoder_model(?!_merged)/, 'decoder_with_past_model');
  return [...new Set([name, next])].filter((one) => one !== undefined).filter(has);
}

/** What can be opened here, the largest first. Errors: hub_no_weights, tokenizer_missing. */
export function variantsOf({ id, files, type }: HubModel): Variant[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const common = files.filter(({ path }) => beside.includes(path) || /^licen[cs]e(?:[.](?:md|txt))?$/i.test(path));
  const variant = (key: string, weights: readonly HubFile[]): Variant => {
    const all = [...common, ...weights];
    return { key, files: all, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
  };
  const found: Variant[] = [];
  for (const precision of [null, ...precisions]) {
    const suffix = precision === null ? '' : `_${precision}`;
    const names = namesOf(suffix, (name) => byPath.has(`${name}.onnx`));
    if (names.length === 0) continue;
    const weights = names.flatMap((name) => [
      byPath.get(`${name}.onnx`)!,
      ...files.filter((file) => isOutside(file, name)),
    ]);
    found.push(variant(precision ?? 'full', weights));
  }
  const tensors = files.filter(({ path }) =>
    /^model(?:-\d{5}-of-\d{5})?[.]safetensors(?:[.]index[.]json)?$/.test(path),
  );
  if (type !== null && weightTypes.has(type) && tensors.length > 0) found.push(variant('safetensors', tensors));
  if (found.length === 0) throw noWeights(id);
  if (!byPath.has('config.json') || !byPath.has('tokenizer.json')) {
    const lacks = byPath.has('config.json') ? 'tokenizer.json' : 'config.json';
    throw new AtelierError(
      'tokenizer_missing',
      `"${id}" has no ${lacks}, without which it cannot be opened. Take another repository of the same model, such as one of onnx-community.`,
    );
  }
  return found.sort((a, b) => b.bytes - a.bytes);
}

/** Values that lie beside an ONNX file, as exporters name them. */
const isOutside = ({ path }: HubFile, name: string): boolean =>
  path === `${name}.onnx.data` || path === `${name}.data` || new RegExp(`^${name}[.]onnx_data(?:_\\d+)?$`).test(path);

/** The best that a machine of such memory (bytes) opens with ease; else the smallest. */
export function usualVariant(variants: readonly Variant[], memory = totalmem()): Variant {
  const most = Math.min(1.5e9, memory / 6);
  const easy = variants.filter(({ bytes }) => bytes <= most);
  return easy.find(({ key }) => key === 'full') ?? easy[0] ?? variants[variants.length - 1];
}

const noWeights = (id: string): AtelierError =>
  new AtelierError(
    'hub_no_weights',
    `"${id}" has no weights that Atelier opens: no ONNX files, and no safetensors of a Llama, Mistral or Qwen2. Look for an ONNX export of it: on the hub many are under onnx-community or Xenova.`,
  );
