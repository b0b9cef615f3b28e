import type { AddedToken, TokenizerConfig, TokenizerFile } from './tokenizer-file.ts';
import type { SpecialTokens } from './tokenizer.ts';

/** The special tokens of the tokenizers made here, in the order of their numbers. */
export const specialNames = ['[PAD]', '[UNK]', '[MASK]', '[EOS]'] as const;
export const special: SpecialTokens = { pad: 0, unknown: 1, mask: 2, end: 3 };

export const addedTokens: readonly AddedToken[] = specialNames.map((content, id) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
}));

/** Beside the tokenizer.json: the names of its special tokens, and that nothing of a text is tidied on the way back. */
export const tokenizerConfig: TokenizerConfig = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  pad_token: '[PAD]',
  unk_token: '[UNK]',
  mask_token: '[MASK]',
  eos_token: '[EOS]',
  clean_up_tokenization_spaces: false,
};

/** What belongs beside a file made here; null for one from elsewhere, whose special tokens only its own config names. */
export const configOf = ({ added_tokens: added }: Pick<TokenizerFile, 'added_tokens'>): TokenizerConfig | null =>
  JSON.stringify(added) === JSON.stringify(addedTokens) ? tokenizerConfig : null;

/** A text cut at the special tokens written out in it, which are then what they say; those have a number, the rest none. */
export function cutSpecial(
  text: string,
  tokens: { readonly pattern: RegExp; readonly ids: ReadonlyMap<string, number> },
): { text: string; id?: number }[] {
  const parts: { text: string; id?: number }[] = [];
  let from = 0;
  for (const match of text.matchAll(tokens.pattern)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: match[0], id: tokens.ids.get(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** For `cutSpecial`: of several that begin at one place the longest. */
export function cutter(added: readonly AddedToken[]): {
  readonly pattern: RegExp;
  readonly ids: ReadonlyMap<string, number>;
} {
  const byLength = added.map(({ content }) => content).sort((a, b) => b.length - a.length);
  const written = byLength.map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return {
    // Nothing at all: a look-ahead that never holds.
    pattern: new RegExp(written.length > 0 ? written.join('|') : '(?!)', 'gu'),
    ids: new Map(added.map(({ content, id }) => [content, id])),
  };
}
