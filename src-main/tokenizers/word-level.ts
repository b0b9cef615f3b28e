// Tokenizers whose tokens are whole pieces of the text: words, or characters.

import { lowercase, lowercasing } from './letters.ts';
import { addedTokens, cutSpecial, cutter, special, specialNames } from './special.ts';
import type { Part, TokenizerFile, Vocabulary } from './tokenizer-file.ts';
import type { Tokenizer } from './tokenizer.ts';
import { wordPattern, wordsOf } from '../shared/words.ts';

export type Piece = 'word' | 'character';

/** What a file made here is made of. */
export interface WordLevel {
  readonly piece: Piece;
  readonly lowercase: boolean;
  readonly vocabulary: Vocabulary;
}

/** Any one character: JavaScript with the flag u, RE2 and Oniguruma read it alike. */
export const characterPattern = '[\\s\\S]';

/** Longer words are no vocabulary's: addresses, lines of signs. */
const longestWord = 31;

const pieces: Record<Piece, { pattern: string; decoder: Part | null; cut(text: string): readonly string[] }> = {
  word: { pattern: wordPattern, decoder: null, cut: wordsOf },
  character: { pattern: characterPattern, decoder: { type: 'Fuse' }, cut: (text) => [...text] },
};

const preTokenizer = (piece: Piece): Part => ({
  type: 'Split',
  pattern: { Regex: pieces[piece].pattern },
  behavior: 'Removed',
  // What the pattern matches is kept, what lies between removed.
  invert: true,
});

/** How a text is cut, before any vocabulary. */
export const cutInto = (piece: Piece, text: string): readonly string[] => pieces[piece].cut(text);

/**
 * The most frequent pieces, equally frequent ones in the order of their letters. Pieces seen once stay out, so that training meets
 * unknown ones too; unless most of the text would be unknown then.
 */
export function wordLevelFile(
  piece: Piece,
  counts: ReadonlyMap<string, number>,
  options: { vocabulary: number; lowercase: boolean },
): TokenizerFile {
  const usable = [...counts].filter(([text]) => piece === 'character' || [...text].length <= longestWord);
  const total = (entries: typeof usable) => entries.reduce((sum, [, count]) => sum + count, 0);
  const repeated = usable.filter(([, count]) => count > 1);
  const chosen = total(repeated) * 2 >= total(usable) ? repeated : usable;
  const names = chosen
    .sort(([a, n], [b, k]) => k - n || (a < b ? -1 : 1))
    .slice(0, Math.max(0, options.vocabulary - specialNames.length))
    .map(([text]) => text);
  // From entries, so that a word "__proto__" is a word.
  const vocab: Vocabulary = Object.fromEntries([...specialNames, ...names].map((text, id) => [text, id]));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: options.lowercase ? lowercasing : null,
    pre_tokenizer: preTokenizer(piece),
    post_processor: null,
    decoder: pieces[piece].decoder,
    model: { type: 'WordLevel', vocab, unk_token: specialNames[special.unknown!] },
  };
}

/** What a file made here is made of; null for one from elsewhere. */
export function readWordLevel(file: TokenizerFile): WordLevel | null {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const piece = (['word', 'character'] as const).find(
    (each) => same(file.pre_tokenizer, preTokenizer(each)) && same(file.decoder, pieces[each].decoder),
  );
  const { type, vocab, unk_token: unknown } = file.model;
  const ours =
    type === 'WordLevel' &&
    unknown === specialNames[special.unknown!] &&
    same(file.added_tokens, addedTokens) &&
    file.post_processor === null &&
    (file.normalizer === null || same(file.normalizer, lowercasing));
  return piece && ours ? { piece, lowercase: file.normalizer !== null, vocabulary: vocab as Vocabulary } : null;
}

export function openWordLevel({ piece, lowercase: fold, vocabulary }: WordLevel): Tokenizer {
  const ids = new Map(Object.entries(vocabulary));
  const names = [...ids].reduce<string[]>((all, [name, id]) => ((all[id] = name), all), []);
  const specials = cutter(addedTokens);
  return {
    vocabulary: names.length,
    special,
    encode(text) {
      const found: number[] = [];
      for (const part of cutSpecial(text, specials)) {
        if (part.id !== undefined) found.push(part.id);
        else {
          for (const each of cutInto(piece, fold ? lowercase(part.text) : part.text)) {
            found.push(ids.get(each) ?? special.unknown!);
          }
        }
      }
      return Int32Array.from(found);
    },
    decode(tokens) {
      const written = Array.from(tokens, (id) => (id < specialNames.length ? undefined : names[id]));
      return written.filter((name) => name !== undefined).join(piece === 'word' ? ' ' : '');
    },
  };
}
