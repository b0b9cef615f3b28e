import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepSynonyms, parseSynonyms, readSynonyms, synonymLimits } from '../../src-main/datasets/synonym-list.ts';
import { dataFolder, failure, filesIn, writeFiles } from '../support/data-import.ts';

const parse = (text: string | Uint8Array, file = 'words.txt') =>
  parseSynonyms(typeof text === 'string' ? new TextEncoder().encode(text) : text, file);
const wanted = [
  ['big', 'large', 'huge'],
  ['New York', 'the city'],
];

describe('a list of synonyms', () => {
  it.each([
    ['lines', '# mine\n\nbig: large, huge, large, Big\r\nNew York:the city\n'],
    ['tabs', 'big\tlarge\thuge\nNew York\tthe city'],
    ['a tab and commas', 'big\tlarge, huge\nNew York\tthe city\t\n'],
    ['commas', 'big,large,huge\nNew York,"the city",\n'],
    ['JSON', '{\n "big": ["large", "huge"],\n "New York": "the city"}'],
    ['a mark of UTF-8', '\ufeffbig: large; huge\nNew York: the city'],
  ])('as %s', (_, text) => {
    expect(parse(text)).toEqual(wanted);
  });

  it('in UTF-16, with Chinese signs between, quotes and colons in synonyms', () => {
    const wide = Buffer.from('\ufeffbig: large, huge\nNew York: the city', 'utf16le');
    expect(parse(wide)).toEqual(wanted);
    expect(parse('高兴：快乐、愉快，开心')).toEqual([['高兴', '快乐', '愉快', '开心']]);
    expect(parse('inch,"a ""thumb"", so to say",thumb')).toEqual([['inch', 'a "thumb", so to say', 'thumb']]);
    expect(parse('noon,12:00')).toEqual([['noon', '12:00']]);
  });

  const long = 'x'.repeat(synonymLimits.characters + 1);
  it.each([
    ['empty', '', /^words\.txt has no words/],
    ['remarks alone', '# a\n\n# b', /has no words/],
    ['an empty object', '{}', /has no words/],
    ['a word without a synonym', 'big: large\nsmall:\n', /line 2: "small" has no synonym/],
    ['a word that is its own', 'big: large\nsmall: Small', /line 2: "small" has no synonym/],
    ['no word', 'big: large\n: huge', /line 2: it begins with no word/],
    ['a word twice', 'big: large\nsmall: little\nBIG: huge', /line 3: "BIG" is in line 1 already/],
    ['a text that is no list', `big: large\n${'and so on '.repeat(20)}`, /line 2: .*has no synonym/],
    ['too long a word', `big: large\nsmall: ${long}`, /line 2: "x+…" has 101 characters; 100 is the most/],
    ['a zero byte', 'big: large\nsm\0all: little', /line 2: it has a zero byte/],
    ['another encoding', Buffer.from('big: large\ncaf\xe9: bistro\n', 'latin1'), /line 2: it is not written in UTF-8/],
    ['broken JSON', '{"big": ["large"],\n "small": little}', /line 2: it is no JSON/],
    ['JSON that ends too early', '{"big":\n ["large"]\n', /line 2: it is no JSON/],
    ['a JSON list', '[["big", "large"]]', /line 1: JSON must be an object/],
    [
      'JSON with a word twice',
      '{"big": ["large"],\n "small": ["little"], "big": ["huge"]}',
      /line 2: "big" is in line 1 already/,
    ],
    ['JSON with numbers', '{"big": ["large"],\n "small": [1]}', /line 2: "small" must have a list of texts/],
    [
      'too many words',
      Array.from({ length: synonymLimits.entries + 1 }, (_, i) => `w${i}:v`).join('\n'),
      /line 200001: a list has at most 200000/,
    ],
  ])('%s is refused, with the line', (_, text, message) => {
    let error: unknown;
    try {
      parse(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'not_synonyms', message: expect.stringMatching(message) as string });
  });

  it('is kept by what it says, and read again without the file', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'mine.txt': 'big: large, huge\nNew York: the city',
      'a.csv': 'big,large,huge\nNew York,the city\n',
    });
    const kept = await keepSynonyms(folder.blobs, join(folder.path, 'mine.txt'));
    expect(kept).toMatchObject({ name: 'mine', entries: 2 });
    expect(await keepSynonyms(folder.blobs, join(folder.path, 'a.csv'))).toEqual({ ...kept, name: 'a' });
    expect(await readSynonyms(folder.blobs, kept.blob)).toEqual(wanted);
    expect(await filesIn(folder.blobs)).toHaveLength(1);
  });

  it('that is too large, or not there, is refused and not kept', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'big.txt': Buffer.alloc(synonymLimits.bytes + 1, 'a') });
    expect(await failure(keepSynonyms(folder.blobs, join(folder.path, 'big.txt')))).toMatchObject({
      code: 'file_too_large',
    });
    expect(await failure(keepSynonyms(folder.blobs, join(folder.path, 'none.txt')))).toMatchObject({
      code: 'source_vanished',
    });
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it('is read in a time that grows with it alone', () => {
    const begun = process.cpuUsage();
    expect(() => parse(`big: large\n${' '.repeat(200_000)}x${' '.repeat(200_000)}y, "${'"'.repeat(200_000)}`)).toThrow(
      /line 2/,
    );
    const { user } = process.cpuUsage(begun);
    expect(user / 1e6).toBeLessThan(2);
  });
});
