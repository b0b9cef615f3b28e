import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { Random } from '../../../src-main/shared/random.ts';
import { dataFolder, failure, filesIn, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { storedRows } from '../../support/data-texts.ts';
import { reviews } from '../../support/texts.ts';

/** Paragraphs with a blank line between. */
const story = (paragraphs: number, seed = 1): string =>
  reviews(paragraphs * 3, seed)
    .map(({ text }, i) => text + (i % 3 === 2 ? '\n\n' : ' '))
    .join('');

importerContract('corpus', {
  kind: 'corpus',
  samples: 30,
  classes: [],
  async write(folder) {
    await writeFiles(
      folder,
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`source/${i}.txt`, story(4, i)])),
    );
    return ['source'];
  },
});

async function imported(files: Record<string, Uint8Array | string>, paths = ['set']) {
  const folder = await dataFolder();
  await writeFiles(folder.path, Object.fromEntries(Object.entries(files).map(([name, text]) => [`set/${name}`, text])));
  const { manifest } = await importFrom(folder, paths);
  const rows = await storedRows(folder.blobs, manifest);
  return { manifest, rows };
}

describe('plain text files', () => {
  it('become rows of file, part and text, without a target', async () => {
    const { manifest, rows } = await imported({ 'b.txt': 'Two.\n', 'a.md': '# One\n\nthing' });
    expect(manifest.columns.map(({ name, type, role }) => [name, type, role])).toEqual([
      ['file', 'category', 'ignored'],
      ['part', 'number', 'ignored'],
      ['text', 'text', 'feature'],
    ]);
    expect(manifest).toMatchObject({ kind: 'table', target: null, task: null, classes: [], splitSource: 'random' });
    expect(rows).toEqual([
      ['a.md', '1', '# One\n\nthing'],
      ['b.txt', '1', 'Two.'],
    ]);
    expect(manifest.notes.map(({ code }) => code)).toEqual(['corpus']);
  });

  it('that are long are cut at blank lines, and nothing is lost', async () => {
    const text = story(400);
    const { manifest, rows } = await imported({ 'book.txt': text });
    expect(manifest.samples).toBeGreaterThan(30);
    expect(manifest.splits.test).toBeGreaterThan(3);
    expect(rows.map((row) => row[2]).join('\n\n')).toBe(text.trim());
    expect(rows.map((row) => row[1])).toEqual(rows.map((_, i) => String(i + 1)));
    expect(manifest.notes.map(({ code }) => code)).toContain('cut_into_parts');
  });

  it('without any break are cut all the same, never inside a character', async () => {
    const text = '狗😀'.repeat(20_000);
    const { manifest, rows } = await imported({ 'one-line.txt': text });
    expect(manifest.samples).toBeGreaterThan(5);
    expect(rows.map((row) => row[2]).join('')).toBe(text);
  });

  it('that are bad are listed, the others kept', async () => {
    const noise = new Uint8Array(5000);
    new Random(1).fillBytes(noise);
    const { manifest } = await imported({
      'a.txt': 'fine',
      'b.txt': '',
      'c.txt': noise,
      'd.txt': '\n\n',
      'e.bin': 'x',
    });
    expect(manifest.samples).toBe(1);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['b.txt', 'empty_file'],
      ['c.txt', 'not_text'],
      ['d.txt', 'empty_file'],
    ]);
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/a.txt': noise, 'set/b.txt': noise });
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'no_texts' });
    expect(await filesIn(folder.blobs)).toEqual([]);
  });
});

describe('a file called .txt', () => {
  const offered = async (text: string, kind?: 'corpus' | 'table') => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'some.txt': text });
    const { manifest } = await importFrom(folder, ['some.txt'], { kind });
    return [(await offerImport([join(folder.path, 'some.txt')]))[0].kind, manifest.columns[0].name];
  };

  it('is a table where its lines are rows', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i},${i * 2},${'ab'[i % 2]}`);
    expect(await offered(`size,weight,kind\n${lines.join('\n')}`)).toEqual(['table', 'size']);
  });

  it('is text where they are none, or where people say so', async () => {
    expect(await offered(story(20))).toEqual(['corpus', 'file']);
    expect(await offered('a,b\n1,2\n3,4\n5,6', 'corpus')).toEqual(['table', 'file']);
  });

  it('is refused as what it is not', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'some.txt': story(20) });
    expect(await failure(importFrom(folder, ['some.txt'], { kind: 'idx' }))).toMatchObject({ code: 'unknown_format' });
  });
});
