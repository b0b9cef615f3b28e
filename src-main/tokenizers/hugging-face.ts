import { Tokenizer as Library } from '@huggingface/tokenizers';
import { AtelierError } from '../shared/errors.ts';
import { specialTokensOf } from './special-of.ts';
import { tokenizerConfig } from './special.ts';
import type { Part, TokenizerFile } from './tokenizer-file.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Any tokenizer.json through Hugging Face's own library. Throws `not_a_tokenizer` where it holds a part that the library does not know. */
export function openWithLibrary(file: TokenizerFile): Tokenizer {
  const { vocabulary, special } = specialTokensOf(file);
  let library: Library;
  try {
    const { unk_token: unknown } = file.model;
    library = new Library(
      { ...file, pre_tokenizer: unicodeWords(file.pre_tokenizer) },
      // Of a vocabulary of whole words the library takes the name of the unknown one from here only.
      { ...tokenizerConfig, unk_token: typeof unknown === 'string' ? unknown : undefined },
    );
    library.encode('a');
  } catch (error) {
    throw new AtelierError(
      'not_a_tokenizer',
      `The tokenizer.json has a part that is not known here: ${error instanceof Error ? error.message : String(error)}. Models of types BPE, WordPiece, Unigram and WordLevel can be used.`,
    );
  }
  return {
    vocabulary,
    special,
    encode(text, { special: around = false } = {}) {
      const { ids } = library.encode(text, { add_special_tokens: around });
      // A piece that has no number, where there is none for unknown ones either, is left out, as by the library in Rust.
      return Int32Array.from((ids as (number | undefined)[]).filter((id) => id !== undefined));
    },
    decode(ids) {
      return ids.length === 0 ? '' : library.decode(Array.from(ids), { skip_special_tokens: true });
    },
  };
}

const wordCharacters = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d';

/** The library in JavaScript takes only ASCII letters for those of a word where that in Rust takes all of Unicode's. */
function unicodeWords(part: Part | null): Part | null {
  if (part?.type === 'Whitespace') {
    const pattern = { Regex: `[${wordCharacters}]+|[^\\s${wordCharacters}]+` };
    return { type: 'Split', pattern, behavior: 'Removed', invert: true };
  }
  if (part?.type !== 'Sequence' || !Array.isArray(part.pretokenizers)) return part;
  return { ...part, pretokenizers: (part.pretokenizers as Part[]).map((each) => unicodeWords(each)) };
}
