import { describe, expect, it } from 'vitest';
import { goesOn, placer } from '../../src-main/tokenizers/places.ts';
import type { TokenizerFile } from '../../src-main/tokenizers/tokenizer-file.ts';
import { wordPieceFile } from '../support/tokenizer-files.ts';

const partsOf = (file: TokenizerFile, text: string): string[] =>
  placer(file)(text).places.map(({ start, end }) => text.slice(start, end));

const wordPiece = wordPieceFile([
  ...['the', 'cafe', '##teria', 'cat', '##s', '.', ',', '王', '海', 'na', '##ive', 'ff', '##i', 'x', '##y'],
]);
/** As SentencePiece writes spaces: before each word, the first one included. */
const metaspace: TokenizerFile = {
  ...wordPiece,
  added_tokens: [],
  normalizer: { type: 'NFKC' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: null,
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 0,
    byte_fallback: false,
    vocab: [
      ['<unk>', 0],
      ['▁the', -1],
      ['▁ca', -2],
      ['t', -3],
      ['▁', -4],
      ['王', -3],
      ['fi', -3],
      ['s', -4],
    ],
  },
};

describe('a token stands', () => {
  it.each([
    ['the cats.', ['the', 'cat', 's', '.']],
    // Case, accents (one letter or two), a ligature, blanks of every kind.
    ['  The CAFÉTERIA', ['The', 'CAFÉ', 'TERIA']],
    ['cafe\u0301teria', ['cafe\u0301', 'teria']],
    ['na\u00efve\u00a0cat', ['na', '\u00efve', 'cat']],
    // Two units, and a sign that is joined of several.
    ['cat 🦊 the', ['cat', '🦊', 'the']],
    ['the 👩‍🚀, cat', ['the', '👩‍🚀', ',', 'cat']],
    ['王海cat', ['王', '海', 'cat']],
    // Words that are not known: as long as the word is.
    ['the qqq, zzz cat', ['the', 'qqq', ',', 'zzz', 'cat']],
    ['qqq', ['qqq']],
    ['', []],
  ])('in %j where its pieces are, without blanks', (text, parts) => {
    expect(partsOf(wordPiece, text)).toEqual(parts);
  });
  it('where spaces are letters of it, behind them', () => {
    expect(partsOf(metaspace, 'the cat')).toEqual(['the', 'ca', 't']);
    expect(partsOf(metaspace, 'cats 王')).toEqual(['ca', 't', 's', ' ', '王']);
  });
});

describe('two places are of one word', () => {
  const of = (text: string, at: number, gap = 0) =>
    goesOn(text, { start: 0, end: at }, { start: at + gap, end: text.length });
  it.each([
    ['cats', 3, 0, true],
    ['cat s', 3, 1, false],
    ['cat.', 3, 0, false],
    ["cat's", 3, 0, false],
    ['王海', 1, 0, false],
    ['𠀀𠀁', 2, 0, false],
    ['𝒶𝒷', 2, 0, true],
    ['v2', 1, 0, true],
  ])('%s at %i: %s', (text, at, gap, same) => {
    expect(of(text, at, gap)).toBe(same);
  });
});
