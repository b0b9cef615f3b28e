import { describe, expect, it } from 'vitest';
import { fewestTokens } from '../../src-main/tokenizers/fewest.ts';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import type { Part, TokenizerFile } from '../../src-main/tokenizers/tokenizer-file.ts';
import { TokenizerTrainer } from '../../src-main/tokenizers/train.ts';
import { Random } from '../../src-main/shared/random.ts';
import { wordPieceFile } from '../support/tokenizer-files.ts';
import { hostileTexts, randomText, reviews } from '../support/texts.ts';

const corpus = [...hostileTexts, ...reviews(80).map(({ text }) => text), randomText(3, 4000)];
const byteFallback = Array.from({ length: 256 }, (_, n) => `<0x${n.toString(16).toUpperCase().padStart(2, '0')}>`);
const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?▁é今天\u0301'];
const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };

function trained(lowercase: boolean): TokenizerFile {
  const trainer = new TokenizerTrainer({ kind: 'byte-pair', vocabulary: 700, lowercase });
  for (const text of corpus) trainer.add(text);
  return trainer.finish();
}

/** As Llama's: words joined by "▁", nothing cut; what is unknown falls to bytes, or is one unknown token. */
function joined(normalizers: Part[], more: Part = {}, pre: Part | null = null): TokenizerFile {
  const merges = [
    't h',
    'th e',
    '▁ the',
    'a n',
    'an d',
    '▁ and',
    'l l',
    'll o',
    'e llo',
    'h ello',
    'i n',
    'in g',
    '1 2',
  ];
  const known = [...letters, ...merges.map((merge) => merge.replace(' ', ''))];
  const names = ['<unk>', '<mask>', 'two words', ...(more.byte_fallback ? byteFallback : []), ...known];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['<unk>', '<mask>', 'two words'].map((content, id) => ({ ...plain, id, content, lstrip: id === 1 })),
    normalizer: { type: 'Sequence', normalizers },
    pre_tokenizer: pre,
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      fuse_unk: true,
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      merges,
      ...more,
    },
  };
}

function unigram(): TokenizerFile {
  const pieces = ['<unk>', '▁', ...letters, '▁the', '▁and', 'ing', 'hello', '...', '▁a▁b'];
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false };
  return {
    ...joined([{ type: 'Precompiled' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }], {}, metaspace),
    model: { type: 'Unigram', unk_id: 0, vocab: pieces.map((piece, i) => [piece, -1 - piece.length / (i + 2)]) },
  };
}

const prepend = { type: 'Prepend', prepend: '▁' };
const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
const byteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
const split = {
  type: 'Split',
  pattern: { Regex: "'s|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+" },
  behavior: 'Isolated',
};
const files: Record<string, TokenizerFile> = {
  'byte pairs': trained(false),
  'byte pairs in lower case': trained(true),
  'byte pairs cut by a pattern, composed': {
    ...trained(false),
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
  },
  'joined words with bytes': joined([prepend, spaces], { byte_fallback: true }),
  'joined words without bytes': joined([prepend, spaces]),
  'joined words in lower case': joined([{ type: 'Lowercase' }, { type: 'NFKC' }, spaces]),
  'likeliest pieces': unigram(),
  'pieces of words': wordPieceFile(['the', 'and', 'hello', '##ing', ...letters, ...letters.map((one) => `##${one}`)]),
};

const alphabet = [...'ab  th e  and 12\n\t\r.,!', 'hello', 'x́', '́', 'é', '今', '天', '🙂', '▁', '\f', '\v', '\0', '​'];
const mixed = (seed: number): string => {
  const random = new Random(seed);
  const some = alphabet.filter(() => random.uniform() < 0.4);
  const marks = ['<mask>', 'two words', '[MASK]', '[PAD]', 'a b', ' a b'];
  const parts = some.length > 0 ? some : ['a'];
  return Array.from({ length: 200 }, () =>
    random.uniform() < 0.03 ? marks[random.below(marks.length)] : parts[random.below(parts.length)],
  ).join('');
};

describe.each(Object.entries(files))('the fewest tokens of %s', (_, file) => {
  const tokenizer = openTokenizer(file);
  const tokens = (text: string) => tokenizer.encode(text).length;

  it('are never more than there are', () => {
    const texts = [
      ...[...hostileTexts, ...reviews(30).map(({ text }) => text)],
      ...Array.from({ length: 40 }, (_, seed) => randomText(seed, 300)),
      ...Array.from({ length: 400 }, (_, seed) => mixed(seed)),
    ];
    for (const text of texts) expect(fewestTokens(file, text), JSON.stringify(text)).toBeLessThanOrEqual(tokens(text));
  });

  it('are more than an eighth of those of a text in words', () => {
    const text = 'Hello and the others, and the day that is 12 hours long. '.repeat(400);
    expect(fewestTokens(file, text)).toBeGreaterThan(tokens(text) / 8);
  });
});

describe('the fewest tokens', () => {
  it('are none where a part may take letters away, or is not known', () => {
    const text = 'a '.repeat(1000);
    const removed = { ...split, behavior: 'Removed' };
    for (const file of [
      joined([{ type: 'Replace', pattern: { Regex: '[a-z]+' }, content: '' }]),
      joined([{ type: 'Replace', pattern: { String: 'a' }, content: '' }]),
      joined([{ type: 'Replace', pattern: { String: ' ' }, content: '' }]),
      joined([{ type: 'Nobody' }]),
      joined([], {}, removed),
      joined([], { end_of_word_suffix: '</w>' }),
    ]) {
      expect(fewestTokens(file, text)).toBe(0);
    }
    expect(fewestTokens(joined([]), text)).toBe(500);
  });

  it('count no letter that a mark makes another one of, and no mark that may be taken away', () => {
    const composed = files['joined words in lower case'];
    for (const [file, text] of [
      [composed, 'n\u0301'.repeat(500)],
      [joined([{ type: 'StripAccents' }]), `${'\u0301'.repeat(500)}a`],
    ] as const) {
      expect(openTokenizer(file).encode(text).length).toBe(1);
      expect(fewestTokens(file, text)).toBeLessThanOrEqual(1);
    }
  });

  it('count each word as one where a long one is a single unknown token', () => {
    const file = files['pieces of words'];
    expect(fewestTokens(file, 'x'.repeat(100_000))).toBe(1);
    expect(openTokenizer(file).encode('x'.repeat(100_000)).length).toBe(1);
  });
});
