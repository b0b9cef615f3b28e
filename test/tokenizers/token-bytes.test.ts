import { describe, expect, it } from 'vitest';
import { openTokenizer } from '../../src-main/tokenizers/open.ts';
import { tokenBytes } from '../../src-main/tokenizers/token-bytes.ts';
import { parseTokenizerFile, type TokenizerFile } from '../../src-main/tokenizers/tokenizer-file.ts';
import { TokenizerTrainer } from '../../src-main/tokenizers/train.ts';

const pieces = ['<unk>', '<s>', '</s>', '<0xF0>', '<0x9F>', '<0x98>', '<0x80>', '▁the', '▁', 'a', 'b', '▁a', 'é'];
const sentencePiece = parseTokenizerFile(
  JSON.stringify({
    added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: true,
      fuse_unk: true,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: ['▁ a'],
    },
  }),
  'tokenizer.json',
);

/** Tokens put together by their bytes. */
function joined(file: TokenizerFile, ids: ArrayLike<number>): string {
  const { bytes, dropsFirstSpace } = tokenBytes(file)!;
  const text = new TextDecoder().decode(Uint8Array.from(Array.from(ids).flatMap((id) => [...(bytes[id] ?? [])])));
  return dropsFirstSpace ? text.replace(/^ /, '') : text;
}

describe('what tokens stand for', () => {
  it('is what the tokenizer makes of them together: pieces with a sign for a space, and bytes', () => {
    const tokenizer = openTokenizer(sentencePiece);
    for (const text of ['a b', 'the a😀é', ' a', '😀😀']) {
      const ids = tokenizer.encode(text);
      expect(joined(sentencePiece, ids)).toBe(tokenizer.decode(ids));
    }
    expect(tokenBytes(sentencePiece)!.bytes.slice(0, 3)).toEqual([null, null, null]);
  });
  it.each(['byte-pair', 'character', 'word'] as const)('is what the tokenizer makes of them together: %s', (kind) => {
    const texts = ['the cat sat on the mat', 'a cat, a hat: 12 cats!', 'naïve 😀 cats'];
    const trainer = new TokenizerTrainer({ kind, vocabulary: 400, lowercase: false });
    for (const text of texts) trainer.add(text);
    const file = trainer.finish();
    const tokenizer = openTokenizer(file);
    for (const text of texts) {
      const ids = tokenizer.encode(text);
      expect(joined(file, ids)).toBe(tokenizer.decode(ids));
    }
  });
  it('is not told of decoders that join pieces otherwise', () => {
    expect(tokenBytes({ ...sentencePiece, decoder: { type: 'WordPiece', prefix: '##', cleanup: true } })).toBeNull();
    expect(tokenBytes({ ...sentencePiece, decoder: { type: 'CTC' } })).toBeNull();
  });
});
