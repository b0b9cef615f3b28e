import type { SettingField } from '../shared/run.ts';
import { trainedTokenizers, usualTextOptions, type TextOptions } from '../shared/text.ts';
import type { Architecture, Settings } from './architecture.ts';

/** How a net's texts become tokens: the same for all that take texts. */
export const textFields: readonly SettingField[] = [
  { key: 'tokenizer', kind: 'tokenizer', default: usualTextOptions.tokenizer, choices: trainedTokenizers },
  // Byte pairs have a token for each of 256 bytes, and the special ones.
  { key: 'vocabulary', kind: 'integer', default: usualTextOptions.vocabulary, min: 260, max: 200_000 },
  { key: 'length', kind: 'integer', default: usualTextOptions.length, min: 0, max: 4096 },
  { key: 'lowercase', kind: 'boolean', default: usualTextOptions.lowercase, advanced: true },
];

/** What the settings say of texts; null where the architecture takes none. `settings`: complete. */
export function textOptionsOf({ inputs }: Pick<Architecture, 'inputs'>, settings: Settings): TextOptions | null {
  if (!inputs.includes('text')) return null;
  const { tokenizer, vocabulary, length, lowercase } = { ...usualTextOptions, ...settings } as TextOptions;
  return { tokenizer, vocabulary, length, lowercase };
}
