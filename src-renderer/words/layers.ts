import { m } from './messages.ts';

const words: Record<string, () => string> = {
  input: m.layer_input,
  dense: m.layer_dense,
  conv: m.layer_conv,
  'conv transpose': m.layer_conv_transpose,
  flatten: m.layer_flatten,
  dropout: m.layer_dropout,
  output: m.layer_output,
  classes: m.layer_output,
  'max pool': m.layer_max_pool,
  'average pool': m.layer_average_pool,
  'batch norm': m.setting_batch_norm,
  'layer norm': m.layer_layer_norm,
  'global pool': m.layer_global_pool,
  depthwise: m.layer_depthwise,
  attention: m.layer_attention,
  embedding: m.layer_embedding,
  positions: m.layer_positions,
};

/** "dense 128" with its first word in the language in use. A word that is new stays as it is. */
export function layerWord(name: string): string {
  const [, first, rest] = /^(\p{L}+(?: \p{L}+)?)(.*)$/u.exec(name) ?? [];
  const word = first === undefined ? undefined : words[first.toLowerCase()];
  return word ? `${word()}${rest}` : name;
}
