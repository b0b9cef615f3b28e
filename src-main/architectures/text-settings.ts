import type { SettingField } from '../shared/run.ts';
import { trainedTokenizers, usualTextOptions, type TextOptions } from '../shared/text.ts';
import type { Architecture, Settings } from './architecture.ts';
import { MOST_PLACES } from './transformer-layers.ts';

/** How a net's texts become tokens: the same for all that take texts. */
export const textFields: readonly SettingField[] = [
  { key: 'tokenizer', kind: 'tokenizer', default: usualTextOptions.tokenizer, choices: trainedTokenizers },
  // Byte pairs have a token for each of 256 bytes, and the special ones.
  { key: 'vocabulary', kind: 'integer', default: usualTextOptions.vocabulary, min: 260, max: 200_000 },
  { key: 'length', kind: 'integer', default: usualTextOptions.length, min: 0, max: 4096 },
  { key: 'lowercase', kind: 'boolean', default: usualTextOptions.lowercase, advanced: true },
];

/**
 * The same where their language is learnt: by byte pairs, which lose nothing of a text. `context` is how far back (and, where tokens are
 * hidden, ahead) a place sees.
 */
export const languageFields: readonly SettingField[] = [
  { key: 'tokenizer', kind: 'tokenizer', default: 'byte-pair', choices: trainedTokenizers },
  { key: 'vocabulary', kind: 'integer', default: 4000, min: 260, max: 200_000 },
  { key: 'context', kind: 'integer', default: 128, min: 8, max: MOST_PLACES },
  { key: 'lowercase', kind: 'boolean', default: false, advanced: true },
];

/** What the settings say of texts; null where the architecture takes none. `settings`: complete. */
export function textOptionsOf(
  { inputs, language }: Pick<Architecture, 'inputs' | 'language'>,
  settings: Settings,
): TextOptions | null {
  if (!inputs.includes('text')) return null;
  const { tokenizer, vocabulary, length, lowercase } = { ...usualTextOptions, ...settings } as TextOptions;
  const options = { tokenizer, vocabulary, length, lowercase };
  return language ? { ...options, length: settings.context as number, language } : options;
}
