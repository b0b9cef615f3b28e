import { m } from './messages.ts';

const words: Record<string, () => string> = {
  input: m.layer_input,
  dense: m.layer_dense,
  conv: m.layer_conv,
  flatten: m.layer_flatten,
  dropout: m.setting_dropout,
  output: m.layer_output,
  classes: m.layer_output,
};

/** "dense 128" with its first word in the language in use. Pools and activations keep the field's own names. */
export function layerWord(name: string): string {
  const [, first, rest] = /^(\p{L}+)(.*)$/u.exec(name) ?? [];
  const word = first === undefined ? undefined : words[first.toLowerCase()];
  return word ? `${word()}${rest}` : name;
}
