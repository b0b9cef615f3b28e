import { openBytePairs, readBytePairs } from './byte-pair/index.ts';
import { openWithLibrary } from './hugging-face.ts';
import type { TokenizerFile } from './tokenizer-file.ts';
import type { Tokenizer } from './tokenizer.ts';
import { openWordLevel, readWordLevel } from './word-level.ts';

const opened = new WeakMap<TokenizerFile, Tokenizer>();

/**
 * The tokenizer that a file describes. Those made here, and plain byte-level ones from elsewhere, are quick; all others go through
 * Hugging Face's library. Throws `not_a_tokenizer`.
 */
export function openTokenizer(file: TokenizerFile): Tokenizer {
  let tokenizer = opened.get(file);
  if (!tokenizer) opened.set(file, (tokenizer = open(file)));
  return tokenizer;
}

function open(file: TokenizerFile): Tokenizer {
  const whole = readWordLevel(file);
  if (whole) return openWordLevel(whole);
  const pairs = readBytePairs(file);
  return pairs ? openBytePairs(pairs, file) : openWithLibrary(file);
}
