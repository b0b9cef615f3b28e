import { describe, expect, it, vi } from 'vitest';
import { readBlob, writeBlob } from '../../../../src-main/datasets/blobs.ts';
import { fitTextEncoder } from '../../../../src-main/datasets/encode/texts/fit.ts';
import { encodeTextRows, loadTexts } from '../../../../src-main/datasets/encode/texts/load.ts';
import { tokenizeTexts } from '../../../../src-main/datasets/encode/texts/tokenize.ts';
import { splitNames, type Manifest } from '../../../../src-main/shared/dataset.ts';
import { tokenizerRef, usualTextOptions, type TextOptions } from '../../../../src-main/shared/text.ts';
import { lowercase } from '../../../../src-main/tokenizers/letters.ts';
import { openTokenizer } from '../../../../src-main/tokenizers/open.ts';
import { wordsOf } from '../../../../src-main/shared/words.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../../support/data-import.ts';
import { quoted, reviewVersion, storedRows } from '../../../support/data-texts.ts';

const options = (change: Partial<TextOptions> = {}): TextOptions => ({ ...usualTextOptions, ...change });
const splitOf = (blobs: string, manifest: Manifest): Promise<Uint8Array> => readBlob(blobs, manifest.blobs.split);

describe('an encoder of texts', () => {
  it('knows the words of the training split alone, and its lengths', async () => {
    const { folder, manifest, reviews } = await reviewVersion(120);
    const encoder = await fitTextEncoder(folder.blobs, manifest, options());
    const split = await splitOf(folder.blobs, manifest);
    const counts = new Map<string, number>();
    const lengths: number[] = [];
    reviews.forEach(({ text }, i) => {
      if (split[i] !== 0) return;
      const words = wordsOf(lowercase(text));
      lengths.push(words.length);
      for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    });
    const vocabulary = Object.keys(encoder.tokenizer!.model.vocab as object).slice(4);
    expect(new Set(vocabulary)).toEqual(new Set([...counts].filter(([, n]) => n > 1).map(([word]) => word)));
    lengths.sort((a, b) => a - b);
    const p95 = lengths[Math.ceil(lengths.length * 0.95) - 1];
    expect(encoder).toMatchObject({ kind: 'text', columns: ['review'], length: Math.ceil(p95 / 8) * 8 });
    expect(encoder.target).toEqual({ task: 'classification', column: 'feeling', classes: ['bad', 'good'] });
  });

  it.each(['word', 'character', 'byte-pair'] as const)(
    'gives the same tokens of stored and of raw rows: %s',
    async (tokenizer) => {
      const { folder, manifest } = await reviewVersion(90);
      const encoder = await fitTextEncoder(folder.blobs, manifest, options({ tokenizer, vocabulary: 300, length: 20 }));
      const splits = await loadTexts(folder.blobs, manifest, encoder);
      const rows = await storedRows(folder.blobs, manifest);
      const names = manifest.columns.map(({ name }) => name);
      const split = await splitOf(folder.blobs, manifest);
      for (const [code, name] of splitNames.entries()) {
        const { count, x, y, indices } = splits[name];
        const mine = rows.filter((_, i) => split[i] === code);
        expect(count).toBe(mine.length);
        expect(x).toEqual(encodeTextRows(encoder, mine, names));
        expect([...y]).toEqual(mine.map((row) => (row[0] === 'good' ? 1 : 0)));
        expect([...indices].every((i) => split[i] === code)).toBe(true);
      }
      expect(x0(splits.train.x, 20)).not.toEqual(new Int32Array(20));
    },
  );

  it('reads several columns as one text, missing ones as nothing', async () => {
    const folder = await dataFolder();
    const rows = Array.from({ length: 60 }, (_, i) => {
      const [title, body] = [
        `Title number ${i} of the day`,
        i % 5 === 0 ? '' : `Body text ${i} with a good many words in it`,
      ];
      return `${quoted(title)},${i},${quoted(body)},${'ab'[i % 2]}`;
    });
    await writeFiles(folder.path, { 'posts.csv': `title,n,body,kind\n${rows.join('\n')}\n` });
    const { manifest } = await importFrom(folder, ['posts.csv']);
    const encoder = await fitTextEncoder(folder.blobs, manifest, options({ tokenizer: 'character', length: 80 }));
    expect(encoder.columns).toEqual(['title', 'body']);
    const tokenizer = openTokenizer(encoder.tokenizer!);
    const read = encodeTextRows(
      encoder,
      [
        ['NA', 'Hello  ', 'x'],
        ['T', null, 'y'],
      ],
      ['body', 'title', 'other'],
    );
    expect(tokenizer.decode(read.subarray(0, 80))).toBe('hello\n');
    expect(tokenizer.decode(read.subarray(80))).toBe('\nt');
  });

  it('counts rows without a target only where none is learnt', async () => {
    const { folder, manifest } = await reviewVersion(60);
    const some = { ...manifest, classes: manifest.classes.slice(0, 1) };
    const encoder = await fitTextEncoder(folder.blobs, some, options());
    const counts = async (of: typeof encoder) => {
      const splits = await loadTexts(folder.blobs, manifest, of);
      return splitNames.reduce((sum, name) => sum + splits[name].count, 0);
    };
    expect(await counts(encoder)).toBe(30);
    const without = await fitTextEncoder(folder.blobs, { ...manifest, target: null }, options(), { target: false });
    expect(without.target).toBeNull();
    expect(await counts(without)).toBe(60);
    expect((await loadTexts(folder.blobs, manifest, without)).train.y).toHaveLength(0);
  });

  it('can be one that somebody brought', async () => {
    const { folder, manifest } = await reviewVersion(60);
    const { tokenizer } = await fitTextEncoder(
      folder.blobs,
      manifest,
      options({ tokenizer: 'byte-pair', vocabulary: 300 }),
    );
    const blob = await writeBlob(folder.blobs, Buffer.from(JSON.stringify(tokenizer)));
    const ref = tokenizerRef({ name: 'mine@home:1.json', vocabulary: 300, blob });
    const brought = await fitTextEncoder(
      folder.blobs,
      manifest,
      options({ tokenizer: ref, lowercase: false, vocabulary: 5 }),
    );
    expect(brought.tokenizer).toEqual(tokenizer);
    const gone = options({ tokenizer: tokenizerRef({ name: 'x', vocabulary: 5, blob: 'a'.repeat(64) }) });
    expect(await failure(fitTextEncoder(folder.blobs, manifest, gone))).toMatchObject({ code: 'blob_missing' });
    const other = options({
      tokenizer: tokenizerRef({ name: 'x', vocabulary: 5, blob: await writeBlob(folder.blobs, Buffer.from('{}')) }),
    });
    expect(await failure(fitTextEncoder(folder.blobs, manifest, other))).toMatchObject({ code: 'not_a_tokenizer' });
  });

  it('wants a column of texts, and the target', async () => {
    const { folder, manifest } = await reviewVersion(60);
    const columns = manifest.columns.map((column) => ({ ...column, type: 'category' as const }));
    expect(await failure(fitTextEncoder(folder.blobs, { ...manifest, columns }, options()))).toMatchObject({
      code: 'no_texts',
    });
    expect(await failure(fitTextEncoder(folder.blobs, { ...manifest, target: null }, options()))).toMatchObject({
      code: 'no_target',
    });
    const encoder = await fitTextEncoder(folder.blobs, manifest, options());
    expect(await failure(loadTexts(folder.blobs, manifest, { ...encoder, columns: ['words'] }))).toMatchObject({
      code: 'missing_columns',
      message: expect.stringContaining('words') as string,
    });
  });
});

const x0 = (x: ArrayLike<number>, length: number): Int32Array => Int32Array.from(x).subarray(0, length);

describe('tokens', () => {
  it('lie one text after another, with where each begins, and are worked out once', async () => {
    const { folder, manifest, reviews } = await reviewVersion(80);
    const { columns, tokenizer: file } = await fitTextEncoder(folder.blobs, manifest, options({ length: 9 }));
    const tokenizer = openTokenizer(file!);
    const work = { progress: vi.fn() };
    const ask = () => tokenizeTexts(folder.blobs, manifest, { columns, tokenizer: file!, around: false }, work);
    const { ids, offsets, vocabulary, special } = await ask();
    expect(offsets).toHaveLength(81);
    reviews.forEach(({ text }, i) => expect(ids.subarray(offsets[i], offsets[i + 1])).toEqual(tokenizer.encode(text)));
    expect({ vocabulary, special }).toEqual({ vocabulary: tokenizer.vocabulary, special: tokenizer.special });
    expect(work.progress).toHaveBeenLastCalledWith(80, 80);
    const files = await filesIn(folder.blobs);
    work.progress.mockClear();
    const again = await ask();
    expect(again).toEqual({ ids, offsets, vocabulary, special });
    expect(work.progress).not.toHaveBeenCalled();
    expect(await filesIn(folder.blobs)).toEqual(files);
  });

  it('stop being made when cancelled, and nothing is kept', async () => {
    const { folder, manifest } = await reviewVersion(80);
    const { columns, tokenizer } = await fitTextEncoder(folder.blobs, manifest, options({ length: 9 }));
    const before = await filesIn(folder.blobs);
    const abort = new AbortController();
    const stopped = new Error('stopped by the test');
    abort.abort(stopped);
    const work = { progress: () => undefined, signal: abort.signal };
    expect(
      await failure(tokenizeTexts(folder.blobs, manifest, { columns, tokenizer: tokenizer!, around: false }, work)),
    ).toBe(stopped);
    expect(await filesIn(folder.blobs)).toEqual(before);
  });
});
