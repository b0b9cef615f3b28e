import { lowercase, lowercasing } from '../letters.ts';
import { addedTokens, cutSpecial, cutter, specialNames } from '../special.ts';
import type { Part, TokenizerFile, Vocabulary } from '../tokenizer-file.ts';
import { specialTokensOf } from '../special-of.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { byteCharacters, piecesOf, textOf, utf8 } from './bytes.ts';
import { byteNames, learnMerges } from './learn.ts';
import { mergePiece, type Ranks } from './merge.ts';
import { PairMap } from './pair-map.ts';

export { piecesOf };

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true } as const;

/** Learnt from how often each piece (see `piecesOf`) occurs. Every byte has a token, so no text is unknown. */
export function bytePairFile(
  counts: ReadonlyMap<string, number>,
  options: { vocabulary: number; lowercase: boolean },
): TokenizerFile {
  const names = byteNames(specialNames);
  const merges = learnMerges(counts, names, options.vocabulary);
  const vocab: Vocabulary = Object.fromEntries(names.map((name, id) => [name, id]));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: options.lowercase ? lowercasing : null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges: merges.map(({ left, right }) => `${names[left]} ${names[right]}`),
    },
  };
}

interface BytePairs {
  readonly lowercase: boolean;
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [string, string])[];
  readonly added: TokenizerFile['added_tokens'];
}

/** A plain byte-level model, made here or elsewhere (GPT-2's and many after it); null for one that does more. */
export function readBytePairs(file: TokenizerFile): BytePairs | null {
  const { model, normalizer, pre_tokenizer: cut, post_processor: after, added_tokens: added } = file;
  const isByteLevel = (part: Part | null) => part?.type === 'ByteLevel';
  const folds = normalizer !== null && JSON.stringify(normalizer) === JSON.stringify(lowercasing);
  const plain =
    (model.type ?? 'BPE') === 'BPE' &&
    Array.isArray(model.merges) &&
    !model.dropout &&
    !model.continuing_subword_prefix &&
    !model.end_of_word_suffix &&
    !model.ignore_merges &&
    (normalizer === null || folds) &&
    isByteLevel(cut) &&
    cut?.add_prefix_space === false &&
    (cut.use_regex ?? true) === true &&
    (after === null || isByteLevel(after)) &&
    added.every(
      ({ single_word, lstrip, rstrip, normalized }) => !single_word && !lstrip && !rstrip && !(normalized && folds),
    );
  if (!plain) return null;
  const vocabulary = new Map(Object.entries(model.vocab as Vocabulary));
  const merges = (model.merges as unknown[]).map((merge) =>
    typeof merge === 'string' ? (merge.split(' ') as [string, string]) : (merge as [string, string]),
  );
  const sound =
    byteCharacters.every((each) => vocabulary.has(each)) &&
    merges.every(
      ([left, right, ...more]: readonly string[]) =>
        more.length === 0 && vocabulary.has(left) && vocabulary.has(right) && vocabulary.has(left + right),
    );
  return sound ? { lowercase: folds, vocabulary, merges, added } : null;
}

/** Pieces whose tokens are remembered; text repeats itself. */
const mostKnown = 300_000;
const longestKnown = 64;

export function openBytePairs(pairs: BytePairs, file: TokenizerFile): Tokenizer {
  const { vocabulary, added } = pairs;
  const ranks: Ranks = new PairMap();
  // Of equal ones the last counts, as in Hugging Face's map.
  pairs.merges.forEach(([left, right], rank) => {
    ranks.set(vocabulary.get(left)!, vocabulary.get(right)!, { rank, token: vocabulary.get(left + right)! });
  });
  const bytes = byteCharacters.map((each) => vocabulary.get(each)!);
  const specials = cutter(added);
  const names: string[] = [];
  for (const [name, id] of vocabulary) names[id] = name;
  const specialIds = new Set(added.map(({ id }) => id));
  const known = new Map<string, readonly number[]>();

  const tokensOf = (piece: string): readonly number[] => {
    const found = known.get(piece);
    if (found) return found;
    const tokens = mergePiece(
      Array.from(utf8(piece), (byte) => bytes[byte]),
      ranks,
    );
    if (piece.length <= longestKnown) {
      if (known.size >= mostKnown) known.clear();
      known.set(piece, tokens);
    }
    return tokens;
  };
  return {
    ...specialTokensOf(file),
    encode(text) {
      const found: number[] = [];
      for (const part of cutSpecial(text, specials)) {
        if (part.id !== undefined) found.push(part.id);
        else {
          for (const piece of piecesOf(pairs.lowercase ? lowercase(part.text) : part.text)) {
            for (const token of tokensOf(piece)) found.push(token);
          }
        }
      }
      return Int32Array.from(found);
    },
    decode(ids) {
      return textOf(Array.from(ids, (id) => (specialIds.has(id) ? '' : (names[id] ?? ''))).join(''));
    },
  };
}
