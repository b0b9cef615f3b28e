import { describe, expect, it } from 'vitest';
import { readBlob } from '../../../../src-main/datasets/blobs.ts';
import { noTarget } from '../../../../src-main/datasets/encode/texts/blocks.ts';
import { documentsOf } from '../../../../src-main/datasets/encode/texts/documents.ts';
import { fitTextEncoder } from '../../../../src-main/datasets/encode/texts/fit.ts';
import { loadBlocks } from '../../../../src-main/datasets/encode/texts/language.ts';
import { splitNames } from '../../../../src-main/shared/dataset.ts';
import { usualTextOptions, type TextOptions } from '../../../../src-main/shared/text.ts';
import { openTokenizer } from '../../../../src-main/tokenizers/open.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../../support/data-import.ts';
import { longText, shortTexts, verses } from '../../../support/data-language.ts';

const options = (change: Partial<TextOptions> = {}): TextOptions => ({
  ...usualTextOptions,
  tokenizer: 'character',
  lowercase: false,
  length: 32,
  language: 'next',
  ...change,
});
const fit = (of: Awaited<ReturnType<typeof longText>> | Awaited<ReturnType<typeof shortTexts>>, change = {}) =>
  fitTextEncoder(of.folder.blobs, of.manifest, options(change), { target: false });

describe('a long text', () => {
  it('is divided by position, and reads again as it was', async () => {
    const data = await longText();
    const { splits, samples } = data.manifest;
    const { split, goesOn } = await documentsOf(data.folder.blobs, data.manifest);
    expect([...split]).toEqual([...split].sort());
    expect(splitNames.map((_, code) => split.filter((each) => each === code).length)).toEqual([
      splits.train,
      splits.validation,
      splits.test,
    ]);
    expect([...goesOn]).toEqual([0, ...new Array<number>(samples - 1).fill(1)]);

    const encoder = await fit(data);
    const found = await loadBlocks(data.folder.blobs, data.manifest, encoder);
    const { decode } = openTokenizer(encoder.tokenizer!);
    const texts = splitNames.map((name) => {
      const { x, y } = found[name];
      return decode([x[0], ...y.filter((token) => token !== noTarget)]);
    });
    expect(texts.join('\n\n')).toBe(data.text);
    expect(found.test.texts).toEqual({
      // The end of the text is a target that is no character of it.
      targets: texts[2].length,
      size: { unit: 'character', count: texts[2].length - 1 },
    });
  });

  it('gives its tokenizer the training split alone', async () => {
    const folder = await dataFolder();
    const early = Array.from({ length: 300 }, (_, i) => verses(8, i)).join('\n\n');
    await writeFiles(folder.path, { 'poem.txt': `${early}\n\n${'ÆÆÆ '.repeat(80)}` });
    const { manifest } = await importFrom(folder, ['poem.txt']);
    const encoder = await fitTextEncoder(folder.blobs, manifest, options(), { target: false });
    expect(Object.keys(encoder.tokenizer!.model.vocab as object)).not.toContain('Æ');
  });
});

describe('texts of their own', () => {
  it('keep their splits, and each ends with the end token', async () => {
    const data = await shortTexts();
    const { split } = await documentsOf(data.folder.blobs, data.manifest);
    expect(split).toEqual(await readBlob(data.folder.blobs, data.manifest.blobs.split));
    const encoder = await fit(data, { tokenizer: 'byte-pair', vocabulary: 300 });
    const { special, encode } = openTokenizer(encoder.tokenizer!);
    const found = await loadBlocks(data.folder.blobs, data.manifest, encoder);
    for (const [code, name] of splitNames.entries()) {
      const mine = data.texts.filter((_, i) => split[i] === code);
      const wanted = mine.flatMap((text) => [...encode(text), special.end!]);
      const { x, y, texts } = found[name];
      expect([x[0], ...y.filter((token) => token !== noTarget)]).toEqual(wanted);
      const bytes = mine.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      const begin = Buffer.byteLength(openTokenizer(encoder.tokenizer!).decode([x[0]]));
      expect(texts).toEqual({ targets: wanted.length - 1, size: { unit: 'byte', count: bytes - begin } });
    }
  });

  it('renews the training blocks by seed and epoch, and not the others', async () => {
    const data = await shortTexts();
    for (const language of ['next', 'masked'] as const) {
      const encoder = await fit(data, { language });
      const { train, validation } = await loadBlocks(data.folder.blobs, data.manifest, encoder);
      const again = await loadBlocks(data.folder.blobs, data.manifest, encoder);
      expect(validation.x).toEqual(again.validation.x);
      expect(validation.y).toEqual(again.validation.y);
      const at = (seed: number, epoch: number) => {
        train.renew!(seed, epoch);
        return [[...train.x], [...train.y]];
      };
      const first = at(3, 0);
      expect(at(3, 1)).not.toEqual(first);
      expect(at(4, 0)).not.toEqual(first);
      expect(at(3, 0)).toEqual(first);
    }
  });

  it('says what is wrong with a tokenizer or a length', async () => {
    const data = await shortTexts();
    const encoder = await fit(data, { language: 'masked' });
    const nameless = { ...encoder.tokenizer!, added_tokens: [], normalizer: { type: 'NFC' } };
    const vocab = Object.fromEntries(
      Object.entries(encoder.tokenizer!.model.vocab as object).filter(([name]) => name !== '[MASK]'),
    );
    const tokenizer = { ...nameless, model: { ...encoder.tokenizer!.model, vocab } };
    expect((await failure(loadBlocks(data.folder.blobs, data.manifest, { ...encoder, tokenizer }))).code).toBe(
      'no_mask_token',
    );
    const other = { ...encoder, columns: ['poem'] };
    expect((await failure(loadBlocks(data.folder.blobs, data.manifest, other))).code).toBe('missing_columns');
  });
});
