import type { BlobHash } from './dataset.ts';

/** How texts become the numbers that a net reads. */

/** Tokenizers that are made of the training split's texts. */
export const trainedTokenizers = ['word', 'character', 'byte-pair'] as const;
export type TrainedTokenizer = (typeof trainedTokenizers)[number];

/**
 * A tokenizer.json that people brought, as a setting says it: its file's name, how many tokens it has, and the blob it is kept in,
 * `name:tokens@SHA-256`.
 */
export type TokenizerRef = `${string}:${number}@${BlobHash}`;

export interface BroughtTokenizer {
  name: string;
  vocabulary: number;
  blob: BlobHash;
}

export const tokenizerRef = ({ name, vocabulary, blob }: BroughtTokenizer): TokenizerRef =>
  `${name.replace(/[:@]/g, '_').slice(0, 100)}:${vocabulary}@${blob}`;

/** What a reference says; null for anything else. */
export function readTokenizerRef(text: string): BroughtTokenizer | null {
  const parts = /^([^:@]{1,100}):(\d{1,7})@([0-9a-f]{64})$/.exec(text);
  return parts && { name: parts[1], vocabulary: Number(parts[2]), blob: parts[3] };
}

/** What is learnt of a text at each place of it: which token comes next, or which one is hidden there. */
export type LanguageTarget = 'next' | 'masked';

export interface TextOptions {
  tokenizer: TrainedTokenizer | TokenizerRef;
  /** Tokens at most, those for filling and for unknown words among them. One that people brought has its own. */
  vocabulary: number;
  /** Letters lose their case. One that people brought does as it says. */
  lowercase: boolean;
  /** Tokens of a text: longer ones are cut, shorter ones filled up. 0: as long as most of the training split's. */
  length: number;
  /** Their language is learnt: `length` is that of the blocks that they are cut into, never 0. */
  language?: LanguageTarget;
}

/** Where nobody chose. */
export const usualTextOptions: TextOptions = { tokenizer: 'word', vocabulary: 10_000, lowercase: true, length: 0 };
