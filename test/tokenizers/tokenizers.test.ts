import { Tokenizer as Library } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { openWithLibrary } from '../../src-main/tokenizers/hugging-face.ts';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import { tokenizerConfig } from '../../src-main/tokenizers/special.ts';
import { parseTokenizerFile, type TokenizerFile } from '../../src-main/tokenizers/tokenizer-file.ts';
import { TokenizerTrainer, type TrainerOptions } from '../../src-main/tokenizers/train.ts';
import { trainedTokenizers } from '../../src-main/shared/text.ts';
import { wordPieceFile } from '../support/tokenizer-files.ts';
import { hostileTexts, randomText, reviews } from '../support/texts.ts';

function trained(options: Partial<TrainerOptions>, texts: readonly string[]): TokenizerFile {
  const trainer = new TokenizerTrainer({ kind: 'word', vocabulary: 500, lowercase: true, ...options });
  for (const text of texts) trainer.add(text);
  return trainer.finish();
}

const corpus = [...hostileTexts, ...hostileTexts, ...reviews(60).map(({ text }) => text), randomText(3, 4000)];
const kinds = trainedTokenizers.flatMap((kind) => [true, false].map((lowercase) => ({ kind, lowercase })));

describe.each(kinds)('a tokenizer made here: $kind, lower case $lowercase', (options) => {
  const file = trained(options, corpus);
  const own = openTokenizer(file);

  it("reads every text as Hugging Face's library reads its file", () => {
    const json = JSON.parse(JSON.stringify(file)) as object;
    const library = new Library(json, tokenizerConfig);
    const texts = [...hostileTexts, ...Array.from({ length: 60 }, (_, seed) => randomText(100 + seed, 80))];
    for (const text of texts) {
      const ids = [...own.encode(text)];
      expect(ids, text).toEqual(library.encode(text).ids);
      if (ids.length > 0) {
        const known = ids.filter((id) => id > 3);
        const said = { skip_special_tokens: true };
        if (known.length > 0) expect(own.decode(ids)).toBe(library.decode(ids, said));
      }
    }
  });

  it('is the same from the same texts, and after being written and read', () => {
    expect(JSON.stringify(trained(options, corpus))).toBe(JSON.stringify(file));
    const again = parseTokenizerFile(JSON.stringify(file), 'tokenizer.json');
    expect(JSON.stringify(again)).toBe(JSON.stringify(file));
    for (const text of hostileTexts) expect(openTokenizer(again).encode(text)).toEqual(own.encode(text));
  });

  it('keeps its numbers below the vocabulary, special ones first', () => {
    expect(own.special).toEqual({ pad: 0, unknown: 1, mask: 2, end: 3 });
    const ids = corpus.flatMap((text) => [...own.encode(text)]);
    expect(Math.max(...ids)).toBeLessThan(own.vocabulary);
    expect(own.vocabulary).toBeLessThanOrEqual(500);
    expect([...own.encode('[PAD][UNK][MASK][EOS]')]).toEqual([0, 1, 2, 3]);
  });
});

describe('vocabularies', () => {
  it('hold the most frequent words, and what is not in them is unknown', () => {
    const tokenizer = openTokenizer(trained({ vocabulary: 6 }, ['b a b a b c c d', 'e e']));
    expect([...tokenizer.encode('B a c d e')]).toEqual([4, 5, 1, 1, 1]);
    expect(tokenizer.decode([4, 5, 1, 0])).toBe('b a');
  });

  it('leave out what occurs once, unless that is most of the text', () => {
    expect([...openTokenizer(trained({}, ['a a a b'])).encode('a b')]).toEqual([4, 1]);
    expect([...openTokenizer(trained({}, ['a b c d'])).encode('a b')]).toEqual([4, 5]);
  });

  it('leave out endless words', () => {
    const long = 'x'.repeat(32);
    expect([...openTokenizer(trained({}, [`${long} ${long} ${long.slice(1)} ${long.slice(1)}`])).encode(long)]).toEqual(
      [1],
    );
  });

  it('of byte pairs know every text', () => {
    const tokenizer = openTokenizer(trained({ kind: 'byte-pair', lowercase: false }, ['hello hello']));
    for (const text of hostileTexts) {
      const ids = [...tokenizer.encode(text)];
      if (!/\[(PAD|UNK|MASK|EOS)\]/.test(text)) expect(tokenizer.decode(ids)).toBe(text);
      expect(ids).not.toContain(tokenizer.special.unknown!.toString());
    }
    expect([...tokenizer.encode('hello')]).toHaveLength(1);
  });
});

const wordPiece = wordPieceFile(['un', '##aff', '##able', 'runn', '##ing', '!', '狗']);

describe('a tokenizer from elsewhere', () => {
  it('of type WordPiece', () => {
    const tokenizer = openTokenizer(parseTokenizerFile(JSON.stringify(wordPiece), 'bert.json'));
    expect(tokenizer.vocabulary).toBe(12);
    expect(tokenizer.special).toEqual({ pad: 0, unknown: 1, mask: 4, end: 3 });
    expect([...tokenizer.encode('Unáffable RUNNING!狗 cat [MASK]')]).toEqual([5, 6, 7, 8, 9, 10, 11, 1, 4]);
    expect([...tokenizer.encode('running', { special: true })]).toEqual([2, 8, 9, 3]);
    expect(tokenizer.decode([2, 5, 6, 7, 3, 0])).toBe('unaffable');
    expect(tokenizer.decode([])).toBe('');
  });

  it('of byte pairs as GPT-2 has them is read without the library, and alike', () => {
    const file = trained({ kind: 'byte-pair', lowercase: false }, corpus);
    const merges = (file.model.merges as string[]).map((merge) => merge.split(' '));
    const end = { ...file.added_tokens[0], id: 500, content: '<|endoftext|>' };
    const other: TokenizerFile = {
      ...file,
      added_tokens: [end],
      post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false },
      model: {
        ...file.model,
        vocab: Object.fromEntries(Object.entries(file.model.vocab as object).filter(([, id]) => id >= 4)),
        merges,
      },
    };
    const tokenizer = openTokenizer(other);
    expect(tokenizer.vocabulary).toBe(502);
    expect(tokenizer.special).toMatchObject({ pad: 501, end: 500 });
    const library = openWithLibrary(other);
    for (const text of hostileTexts) expect(tokenizer.encode(text), text).toEqual(library.encode(text));
  });

  it('takes letters of all scripts for those of a word, as the library in Rust does', () => {
    const file: TokenizerFile = {
      ...wordPiece,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Whitespace' }] },
      post_processor: null,
      model: { type: 'WordLevel', unk_token: '?', vocab: { '?': 0, naïve: 1, привет: 2, '!': 3 } },
    };
    expect([...openTokenizer(file).encode('naïve привет! что')]).toEqual([1, 2, 3, 0]);
  });

  it.each([
    ['no JSON', '{', 'it is not JSON'],
    ['a list', '[]', 'it has no "model"'],
    ['another file', '{"model_type":"bert"}', 'it has no "model"'],
    ['a model without a vocabulary', '{"model":{"type":"BPE"}}', 'its vocabulary is none'],
    ['numbers that are none', '{"model":{"vocab":{"a":1.5}}}', 'its vocabulary is none'],
    ['numbers too large', '{"model":{"vocab":{"a":9007199254740991}}}', 'its vocabulary is none'],
    [
      'tokens without text',
      '{"model":{"vocab":{"a":0}},"added_tokens":[{"id":1,"content":""}]}',
      'its "added_tokens" are none',
    ],
    ['a part that is a word', '{"model":{"vocab":{"a":0}},"decoder":"fast"}', 'its "decoder" is no object'],
  ])('that is %s is refused', (_, text, why) => {
    expect(() => parseTokenizerFile(text, 'mine.json')).toThrow(
      expect.objectContaining({
        code: 'not_a_tokenizer',
        message: expect.stringContaining(`mine.json is no tokenizer.json that can be used: ${why}`) as string,
      }),
    );
  });

  it.each([
    ['an unknown cut', { ...wordPiece, pre_tokenizer: { type: 'Psychic' } }],
    ['an unknown normalizer', { ...wordPiece, normalizer: { type: 'Psychic' } }],
    ['merges that are none', { ...wordPiece, model: { type: 'BPE', vocab: { a: 0 }, merges: [5] } }],
    ['a model without its parts', { ...wordPiece, model: { type: 'BPE', vocab: { a: 0 } } }],
  ])('with %s is refused when opened', (_, json) => {
    const file = parseTokenizerFile(JSON.stringify(json), 'x');
    expect(() => openTokenizer(file)).toThrow(expect.objectContaining({ code: 'not_a_tokenizer' }));
  });
});
