import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { reviseDataset } from '../../../src-main/datasets/revise.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { storedRows } from '../../support/data-texts.ts';
import { reviews } from '../../support/texts.ts';

importerContract('text-folder', {
  kind: 'text-folder',
  samples: 60,
  classes: ['bad', 'good', '还行'],
  async write(folder) {
    const files: Record<string, string> = {};
    for (const [k, name] of ['bad', 'good', '还行'].entries()) {
      for (const [i, { text }] of reviews(20, k).entries()) files[`source/${name}/${i}.txt`] = text;
    }
    await writeFiles(folder, files);
    return ['source'];
  },
});

async function imported(files: Record<string, Uint8Array | string>) {
  const folder = await dataFolder();
  await writeFiles(folder.path, Object.fromEntries(Object.entries(files).map(([name, text]) => [`set/${name}`, text])));
  const { manifest } = await importFrom(folder, ['set']);
  const rows = await storedRows(folder.blobs, manifest);
  return { manifest, folder, rows };
}

const few = { 'good/1.txt': 'lovely', 'good/2.txt': 'great', 'bad/1.txt': 'awful', 'bad/2.txt': 'boring' };

describe('texts by folder', () => {
  it('become rows of class, text and file', async () => {
    const { manifest, rows } = await imported({ ...few, 'good/deep/3.txt': 'So good!\r\nReally.\n\n' });
    expect(manifest.columns.map(({ name, type, role }) => [name, type, role])).toEqual([
      ['class', 'category', 'target'],
      ['text', 'text', 'feature'],
      ['file', 'category', 'ignored'],
    ]);
    expect(manifest).toMatchObject({
      kind: 'table',
      target: 'class',
      task: 'classification',
      splitSource: 'stratified',
    });
    expect(rows).toEqual([
      ['bad', 'awful', 'bad/1.txt'],
      ['bad', 'boring', 'bad/2.txt'],
      ['good', 'lovely', 'good/1.txt'],
      ['good', 'great', 'good/2.txt'],
      ['good', 'So good!\nReally.', 'good/deep/3.txt'],
    ]);
    expect(manifest.columns[1].text).toMatchObject({ sampled: 5, vocabulary: 9, words: { max: 5 } });
  });

  it('inside train and test are given splits, which another target does not undo', async () => {
    const files: Record<string, string> = {};
    for (const [i, { text, feeling }] of reviews(60).entries()) {
      files[`${i % 3 === 0 ? 'test' : 'train'}/${feeling}/${i}.txt`] = text;
    }
    const { manifest, folder } = await imported(files);
    expect(manifest).toMatchObject({ splitSource: 'given', splits: { train: 36, validation: 4, test: 20 } });
    const revised = await reviseDataset({ blobs: folder.blobs, manifest, target: null });
    expect(revised.manifest).toMatchObject({ task: null, splitSource: 'given', splits: { test: 20 } });
  });

  it('in any encoding are read as they are meant', async () => {
    const utf16 = Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('schön', 'utf16le')]);
    const { rows } = await imported({
      ...few,
      'good/3.txt': Buffer.from('caf\u00e9 cr\u00e8me', 'latin1'),
      'good/4.txt': utf16,
      'good/5.txt': '\ufeff狗很好',
    });
    expect(rows.map((row) => row[1]).slice(-3)).toEqual(['café crème', 'schön', '狗很好']);
  });

  it('may be called .md, and lie beside files that are no text', async () => {
    const { manifest } = await imported({
      'a/1.md': 'one',
      'b/1.text': 'two',
      'b/x.bin': Buffer.of(0, 1, 2),
      'LICENSE.txt': 'mine',
    });
    expect(manifest.samples).toBe(2);
    // What speaks of the texts is none of them.
    expect(manifest.notes.map(({ code }) => code)).toEqual(['passed_over']);
    expect(manifest.rejected).toEqual([]);
  });
});

describe('bad files', () => {
  it('are listed, with the reason; the others are kept', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/good/1.txt': 'fine',
      'set/good/empty.txt': '',
      'set/good/blank.txt': ' \n\t\n',
      'set/good/nothing.txt': 'N/A',
      'set/good/binary.txt': Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 251)),
      'set/good/vast.txt': 'x'.repeat((2 << 20) + 1),
      'set/bad/1.txt': `dull\0 and grey ${'again and '.repeat(20)}`,
    });
    await symlink('/etc/passwd', join(folder.path, 'set/bad/2.txt'));
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.samples).toBe(2);
    expect(Object.fromEntries(manifest.rejected.map(({ where, code }) => [where, code]))).toEqual({
      'bad/2.txt': 'link_refused',
      'good/binary.txt': 'not_text',
      'good/blank.txt': 'empty_file',
      'good/empty.txt': 'empty_file',
      'good/nothing.txt': 'empty_file',
      'good/vast.txt': 'document_too_large',
    });
    expect(manifest.rejectedCount).toBe(6);
  });

  it('only, are an error, and a class without a good one is left out', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/a/1.txt': '', 'set/b/2.txt': ' ' });
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'no_texts' });
    const { manifest } = await imported({ ...few, 'empty/1.txt': '' });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['bad', 'good']);
    expect(manifest.notes.map(({ code }) => code)).toContain('empty_class');
  });
});

describe('what else lies in folders', () => {
  const kindOf = async (files: Record<string, string>): Promise<string> => {
    const folder = await dataFolder();
    await writeFiles(folder.path, files);
    return (await offerImport([folder.path]))[0].kind;
  };

  it('a table beside texts is what was meant', async () => {
    expect(await kindOf({ ...few, 'labels.csv': 'file,label\na,1\nb,2\n' })).toBe('table');
  });

  it('texts of one folder alone have no classes', async () => {
    expect(await kindOf({ 'notes/1.txt': 'one thing. another', 'notes/2.txt': 'two of them; more' })).toBe('corpus');
  });
});
