import { rmSync } from 'node:fs';
import { chmod, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../support/archives.ts';
import { asNobody, hasPermissions } from '../../support/as-nobody.ts';
import { dataFolder, failure, filesIn, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';
import { png } from '../../support/data-pictures.ts';

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d7a'.repeat(16)}\nsize 12345\n`;
const page = `<!DOCTYPE html>\n<html lang="en"><head><title>a, b</title></head>\n<body>${'<p>one, two</p>\n'.repeat(9)}</body></html>`;
const rows = 'a,b\n1,x\n2,y\n3,x\n4,y\n';
const bytes = (text: string, more = 600): Buffer => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(more)]);
const zip = (...names: string[]): Buffer =>
  makeZip(names.map((name) => ({ name, data: Buffer.from('<Types/>'), method: 0 })));
const safetensors = (): Buffer => {
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(8)]);
};
const notebook = JSON.stringify({ cells: [{ cell_type: 'code', source: ['a, b'] }], metadata: {}, nbformat: 4 });

/** Dropped alone: what its error is and what it says. */
const kinds: [string, string | Uint8Array, string, RegExp][] = [
  ['a.csv', pointer, 'lfs_pointer', /^a\.csv is a Git LFS pointer.*git lfs pull/],
  ['a.txt', pointer, 'lfs_pointer', /Git LFS/],
  ['a.jpg', pointer, 'lfs_pointer', /Git LFS/],
  ['a.parquet', pointer, 'lfs_pointer', /Git LFS/],
  ['a.zip', page, 'web_page', /^a\.zip is a web page/],
  ['a.json', `\ufeff \n<!-- saved from url -->\n${page}`, 'web_page', /web page/],
  ['a.csv', '<html>\n<body>a, b</body>\n</html>', 'web_page', /web page/],
  ['report.csv', '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n', 'document_file', /PDF/],
  ['letter.rtf', '{\\rtf1\\ansi hello, world}', 'document_file', /RTF/],
  ['letter.doc', bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'), 'document_file', /Word/],
  ['letter.docx', zip('[Content_Types].xml', 'word/document.xml'), 'document_file', /Word/],
  ['talk.pptx', zip('[Content_Types].xml', 'ppt/presentation.xml'), 'document_file', /PowerPoint/],
  [
    'letter.odt',
    makeZip([
      { name: 'mimetype', data: Buffer.from('application/vnd.oasis.opendocument.text'), method: 0 },
      { name: 'content.xml', data: Buffer.from('<x/>') },
    ]),
    'document_file',
    /OpenDocument/,
  ],
  ['weights.h5', bytes('\x89HDF\r\n\x1a\n'), 'unread_format', /HDF5.*numpy\.savez/],
  ['any.csv', bytes('\x89HDF\r\n\x1a\n'), 'unread_format', /HDF5/],
  ['x.mat', bytes('MATLAB 5.0 MAT-file, Platform: GLNXA64'), 'unread_format', /MATLAB/],
  ['x.pkl', bytes('\x80\x04\x95\x1a\0\0\0\0\0\0\0}\x94.'), 'unread_format', /pickle/],
  ['data_batch_1', bytes('\x80\x02}q\x01(U\x0bbatch_label'), 'unread_format', /pickle/],
  ['x.pickle', "(dp0\nS'a'\np1\nI1\ns.", 'unread_format', /pickle/],
  ['x.feather', bytes('ARROW1\0\0'), 'unread_format', /Feather/],
  ['x.db', bytes('SQLite format 3\0'), 'unread_format', /SQLite/],
  ['x.rds', gzipSync(bytes('X\n\0\0\0\x03')), 'unread_format', /objects of R/],
  ['x.tfrecord', bytes('\x64\0\0\0\0\0\0\0'), 'unread_format', /TFRecord/],
  ['x.sql', '-- dump\nCREATE TABLE a (b INT, c TEXT);\nINSERT INTO a VALUES (1, 2);\n', 'unread_format', /SQL script/],
  ['x.mp4', bytes('\0\0\0\x18ftypmp42'), 'unread_format', /video/],
  ['x.avi', bytes('RIFF\x10\0\0\0AVI LIST'), 'unread_format', /video/],
  ['m.onnx', bytes('\x08\x07\x12\x07pytorch\x1a\x041.13:\x80\x01\n'), 'model_file', /ONNX/],
  ['m.safetensors', safetensors(), 'model_file', /safetensors/],
  ['m.gguf', bytes('GGUF\x03\0\0\0'), 'model_file', /GGUF/],
  ['m.pt', zip('m/data.pkl', 'm/version', 'm/data/0'), 'model_file', /PyTorch/],
  ['m.keras', zip('metadata.json', 'config.json', 'model.weights.h5'), 'model_file', /Keras/],
  ['run.exe', bytes('MZ\x90\0'), 'program_file', /program/],
  ['run', bytes('\x7fELF\x02\x01\x01'), 'program_file', /program/],
  ['run.sh', '#!/bin/sh\necho a, b\necho c, d\n', 'program_file', /program/],
  ['a.jar', zip('META-INF/MANIFEST.MF', 'A.class'), 'program_file', /program/],
  ['work.ipynb', notebook, 'program_file', /notebook/],
  ['a.jpg', '', 'empty_file', /empty/],
  ['a.txt', '', 'empty_file', /empty/],
  ['a.csv', '', 'empty_file', /empty/],
];

describe('a file that holds no data', () => {
  it.each(kinds)('%s is told as what it is (%#)', async (name, content, code, words) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { [name]: content });
    const error = await failure(importFrom(folder, [name]));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.message.startsWith(name)).toBe(true);
    expect(await filesIn(folder.blobs)).toEqual([]);
  });

  it.each([
    ['cells of SQL', 'query,label\n"CREATE TABLE a (b INT);",x\n"SELECT 1",y\n"SELECT 2",x\n'],
    ['cells of HTML', 'page,label\n<html>one</html>,x\n<html>two</html>,y\n<html>six</html>,x\n'],
    ['a column of cell types', '[{"cell_type":"T","n":1},{"cell_type":"B","n":2}]'],
    ['words like a magic', 'ORC,GGUF\n1,2\n3,4\n5,6\n'],
    ['words like a program', 'MZ,Rating\n1,2\n3,4\n5,6\n'],
  ])('is not told of a table with %s', async (_, text) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a.csv': text });
    const { manifest } = await importFrom(folder, ['a.csv']);
    expect(manifest.kind).toBe('table');
  });

  it('beside data is left out where it is called data, and passed over where it is not', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/rows.csv': rows,
      'set/more.parquet': pointer,
      'set/about.pdf': '%PDF-1.4\nabc, def\n',
      'set/model.onnx': bytes('\x08\x07\x12\x07pytorch'),
    });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.samples).toBe(4);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([['more.parquet', 'lfs_pointer']]);
  });

  it('leaves no README behind as if that had been meant', async () => {
    const folder = await dataFolder();
    const files = { 'set/README.md': '# A data set\n\nof rows', 'set/a.parquet': pointer, 'set/b.parquet': pointer };
    await writeFiles(folder.path, files);
    const error = await failure(importFrom(folder, ['set']));
    expect(error).toMatchObject({ code: 'lfs_pointer' });
    expect(error.message).toMatch(/^a\.parquet is a Git LFS pointer.* 1 other file holds no data either\.$/);
    expect(error.details).toHaveLength(2);
  });

  it('in an archive is told alike', async () => {
    const folder = await dataFolder();
    const entries = [
      { name: 'set-main/rows.csv', data: Buffer.from(rows) },
      { name: 'set-main/data.parquet', data: Buffer.from(pointer) },
    ];
    await writeFiles(folder.path, { 'set.zip': makeZip(entries) });
    const { manifest } = await importFrom(folder, ['set.zip']);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['set-main/data.parquet', 'lfs_pointer'],
    ]);
  });

  it('among images is told one by one, and first where all are so', async () => {
    const folder = await dataFolder();
    const good = Object.fromEntries(
      await Promise.all(['a/1', 'a/2', 'b/1', 'b/2'].map(async (name) => [`set/${name}.png`, await png()] as const)),
    );
    await writeFiles(folder.path, { ...good, 'set/a/3.png': pointer, 'set/b/3.png': page });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['a/3.png', 'lfs_pointer'],
      ['b/3.png', 'web_page'],
    ]);
    await writeFiles(folder.path, { 'none/a/1.png': pointer, 'none/b/1.png': pointer });
    const error = await failure(importFrom(folder, ['none']));
    expect(error).toMatchObject({ code: 'no_images' });
    expect(error.message).toContain('a/1.png is a Git LFS pointer');
  });
});

describe.skipIf(!hasPermissions)('what may not be read', () => {
  const locked = async (files: Record<string, string | Uint8Array>, ...paths: string[]) => {
    const folder = await dataFolder();
    await writeFiles(folder.path, files);
    for (const path of paths) await chmod(join(folder.path, path), 0);
    const result = await asNobody(folder.path, () => importFrom(folder, ['set'])).finally(async () => {
      for (const path of paths) await chmod(join(folder.path, path), 0o755);
    });
    return result.manifest;
  };
  const box = '<annotation><filename>1.png</filename><size><width>8</width><height>8</height></size></annotation>';

  it('is left out of a folder of tables', async () => {
    const files = { 'set/rows.csv': rows, 'set/secret.csv': rows, 'set/deep/x.csv': rows };
    const manifest = await locked(files, 'set/secret.csv', 'set/deep');
    expect(manifest.samples).toBe(4);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['deep', 'not_readable'],
      ['secret.csv', 'not_readable'],
    ]);
    expect(manifest.rejected[0].message).toMatch(/^deep may not be read and was left out\. Change its permissions/);
  });

  it('is left out of folders of images, of texts, of boxes', async () => {
    const picture = await png();
    const images = { 'set/a/1.png': picture, 'set/a/2.png': picture, 'set/b/1.png': picture, 'set/c/1.png': picture };
    expect(await locked(images, 'set/a/2.png', 'set/c')).toMatchObject({ samples: 2, rejectedCount: 2 });
    const texts = { 'set/a/1.txt': 'one', 'set/a/2.txt': 'two', 'set/b/1.txt': 'six', 'set/b/2.txt': 'ten' };
    expect(await locked(texts, 'set/a/2.txt')).toMatchObject({ samples: 3, rejectedCount: 1 });
    const boxes = {
      'set/1.png': picture,
      'set/2.png': picture,
      'set/1.txt': '0 .5 .5 .5 .5',
      'set/2.txt': '0 .5 .5 .5 .5',
    };
    expect(await locked(boxes, 'set/2.txt')).toMatchObject({ samples: 2, rejectedCount: 1, annotations: { total: 1 } });
    const voc = { 'set/1.png': picture, 'set/2.png': picture, 'set/1.xml': box, 'set/2.xml': box };
    expect(await locked(voc, 'set/2.xml')).toMatchObject({ samples: 1, rejectedCount: 1 });
  });

  it('ends the import where it is all that was given', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'rows.csv': rows });
    await chmod(join(folder.path, 'rows.csv'), 0);
    const error = await failure(asNobody(folder.path, () => importFrom(folder, ['rows.csv'])));
    expect(error.code).toBe('not_readable');
    expect(error.message).toContain('rows.csv');
  });
});

describe('what is not there', () => {
  it('is left out: a link to nothing, and a file that goes away meanwhile', async () => {
    const folder = await dataFolder();
    const picture = await png();
    await writeFiles(folder.path, { 'set/a/1.png': picture, 'set/a/2.png': picture, 'set/b/1.png': picture });
    await symlink(join(folder.path, 'nowhere'), join(folder.path, 'set/b/2.png'));
    const context = {
      ...quietContext(),
      progress: ({ stage }: { stage: string }) => {
        if (stage === 'decoding') rmSync(join(folder.path, 'set/a/2.png'), { force: true });
      },
    };
    const { manifest } = await importFrom(folder, ['set'], {}, context);
    expect(manifest.samples).toBe(2);
    expect(manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['b/2.png', 'link_refused'],
      ['a/2.png', 'source_vanished'],
    ]);
  });
});
