import type { InputSpec } from '../architectures/index.ts';
import type { Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import { readTokenizerRef, type TextOptions } from '../shared/text.ts';

/** As many special tokens as a tokenizer made here has, and as many bytes as there are. */
const special = 4;
const bytes = 256;
/** What is not counted at an import: how many characters a language is written with, and how many tokens a word has. */
const characters = 100;
const tokensOfWord = 1.3;
/** As in the tokenizers' own choice of a length. */
const longest = 512;
const shortest = 8;

/**
 * The tokens that these options will probably give, from what was counted of the columns' texts over all splits. How many there really are
 * is known once the tokenizer is made.
 */
export function estimateTexts({ columns }: Manifest, options: TextOptions): InputSpec {
  const texts = columns.flatMap(({ role, type, text }) => (role === 'feature' && type === 'text' ? [text] : []));
  if (texts.length === 0) throw new AtelierError('no_texts', 'No column of text is used, so there is no net to build.');
  const sum = (of: (text: NonNullable<(typeof texts)[number]>) => number): number =>
    texts.reduce((total, text) => total + (text ? of(text) : 0), 0);
  const words = sum((text) => text.words.p95);
  const different = sum((text) => text.repeated);

  const { tokenizer, vocabulary } = options;
  const most = (tokens: number): number => Math.min(vocabulary, special + tokens);
  const brought = readTokenizerRef(tokenizer);
  const byKind: Record<string, [vocabulary: number, length: number]> = {
    word: [most(different), words],
    character: [most(characters), sum((text) => text.characters.p95)],
    'byte-pair': [most(bytes + 2 * different), words * tokensOfWord],
  };
  const [size, length] = brought ? [brought.vocabulary, words * tokensOfWord] : byKind[tokenizer];
  const fitting = Math.min(longest, Math.max(shortest, Math.ceil(length / 8) * 8));
  return { kind: 'text', length: options.length || fitting, vocabulary: Math.max(special + 1, size) };
}
