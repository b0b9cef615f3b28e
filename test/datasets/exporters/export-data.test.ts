import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import { nameOrHash, Paths, safePath } from '../../../src-main/datasets/exporters/folder.ts';
import type { Condition } from '../../../src-main/shared/filter.ts';
import type { DataFormat } from '../../../src-main/shared/work/export-data.ts';
import { annotated, objectsOf, pictures, roundTrip } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, quietContext, writeFiles } from '../../support/data-import.ts';

const shapes = {
  images: ['a.png', 'b.png', 'c.png'].map((file_name, id) => ({ id, file_name, width: 40, height: 20 })),
  categories: [{ id: 0, name: 'thing & more' }],
  annotations: [
    { id: 1, image_id: 0, category_id: 0, bbox: [1, 2, 3, 4], iscrowd: 1, score: 0.5, attributes: { hard: 'yes' } },
    {
      id: 2,
      image_id: 1,
      category_id: 0,
      bbox: [0, 0, 30, 10],
      segmentation: [
        [0, 0, 10, 0, 10, 10],
        [20, 0, 30, 0, 30, 10],
      ],
    },
    { id: 3, image_id: 2, category_id: 0, bbox: [0, 5, 1, 10], segmentation: { size: [20, 40], counts: '5:ah0' } },
  ],
};
const set = async () => annotated({ ...(await pictures('a.png', 'b.png', 'c.png')), 'a.json': JSON.stringify(shapes) });

describe('an export', () => {
  it.each<[DataFormat, string[]]>([
    ['coco', []],
    ['jsonl', []],
    [
      'yolo',
      [
        'ids',
        'attributes',
        'other fields',
        '"crowd" marks',
        'boxes written as polygons',
        'image ids',
        'polygons of several parts, joined into one',
        'masks',
      ],
    ],
    ['voc', ['image ids', 'ids', '"crowd" marks', 'further parts of polygons', 'masks']],
  ])('as %s tells all that it cannot hold', async (format, lost) => {
    const { folder, manifest } = await set();
    const out = join(folder.path, 'out');
    const result = await exportData({ blobs: folder.blobs, manifest, format, out, images: false }, quietContext());
    expect(result.lost.map(({ what }) => what).sort()).toEqual([...lost].sort());
    const files = await readdir(out, { recursive: true });
    expect(files.some((name) => name.endsWith('.png'))).toBe(false);
    expect((await readdir(folder.path)).some((name) => name.includes('partial'))).toBe(false);
  });

  it('of several parts as YOLO is one ring of the same area', async () => {
    const again = await roundTrip(await set(), 'yolo');
    const [{ polygons }] = objectsOf(again, 'b.png');
    expect(polygons).toHaveLength(1);
    let twice = 0;
    const [ring] = polygons!;
    for (let i = 0; i < ring.length; i += 2) {
      const next = (i + 2) % ring.length;
      twice += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
    }
    expect(Math.abs(twice) / 2).toBeCloseTo(100, 9);
  });

  it('as JSON Lines holds everything', async () => {
    const { folder, manifest, samples, header } = await set();
    const out = join(folder.path, 'out');
    await exportData({ blobs: folder.blobs, manifest, format: 'jsonl', out, images: true }, quietContext());
    expect(JSON.parse(await readFile(join(out, 'header.json'), 'utf8'))).toEqual(header);
    for (const { split, marks, name } of samples) {
      const file = split === 'validation' ? 'val' : split;
      const lines = (await readFile(join(out, `${file}.jsonl`), 'utf8')).trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual({
        file: `images/${file}/${name}`,
        ...marks,
      });
      expect(existsSync(join(out, `images/${file}/${name}`))).toBe(true);
    }
  });

  it('never writes over anything, nor half', async () => {
    const { folder, manifest } = await set();
    const out = join(folder.path, 'out');
    const params = { blobs: folder.blobs, manifest, format: 'coco' as const, out, images: true };
    await mkdir(out);
    await writeFile(join(out, 'mine.txt'), 'kept');
    expect((await failure(exportData(params, quietContext()))).code).toBe('folder_not_empty');
    expect(await readdir(out)).toEqual(['mine.txt']);
    const file = { ...params, out: join(out, 'mine.txt') };
    expect((await failure(exportData(file, quietContext()))).code).toBe('not_writable');
    const abort = new AbortController();
    const stopped = new Error('stopped by the test');
    const stopping = { signal: abort.signal, progress: () => abort.abort(stopped) };
    const elsewhere = { ...params, out: join(folder.path, 'other') };
    expect(await failure(exportData(elsewhere, stopping))).toBe(stopped);
    expect((await readdir(folder.path)).sort()).toEqual(['blobs', 'out', 'set']);
  });

  it('of some samples writes those and no others, by any condition', async () => {
    const { folder, manifest } = await set();
    const params = { blobs: folder.blobs, manifest, format: 'coco' as const, images: true };
    const write = (name: string, filter: Condition[]) =>
      exportData({ ...params, out: join(folder.path, name), filter }, quietContext());
    const some = await write('some', [{ kind: 'samples', samples: '1-2' }]);
    expect(some).toMatchObject({ samples: 2, annotations: 2 });
    const files = await readdir(some.path, { recursive: true });
    expect(
      files
        .filter((name) => name.endsWith('.png'))
        .map((name) => name.split('/').at(-1))
        .sort(),
    ).toEqual(['b.png', 'c.png']);
    const again = await importFrom(folder, ['some']);
    expect(again.manifest).toMatchObject({ samples: 2, annotations: { total: 2 } });
    const flagged = await write('flagged', [{ kind: 'mark', flag: 'crowd' }]);
    expect(flagged).toMatchObject({ samples: 1, annotations: 1 });
    const none = failure(
      write('none', [
        { kind: 'split', splits: ['test'] },
        { kind: 'samples', samples: '' },
      ]),
    );
    expect(await none).toMatchObject({ code: 'nothing_selected' });
    expect(existsSync(join(folder.path, 'none'))).toBe(false);

    await writeFiles(folder.path, { 'texts.conll': 'EU B-ORG\nand O\n\nhe O\nis O\n\nUN B-ORG\n' });
    const texts = (await importFrom(folder, ['texts.conll'])).manifest;
    const column = texts.columns.find(({ type }) => type === 'text')!.name;
    const found = await exportData(
      {
        blobs: folder.blobs,
        manifest: texts,
        format: 'conll',
        images: false,
        out: join(folder.path, 'texts'),
        filter: [
          { kind: 'sql', expression: `"${column}" LIKE 'E%'` },
          { kind: 'contains', column, text: 'and' },
        ],
      },
      quietContext(),
    );
    expect(found).toMatchObject({ samples: 1, annotations: 1 });
  });

  it('of what has no annotations, or in a format of something else, is refused', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'plain.csv': 'a,b\n1,2\n3,4\n', 'a.conll': 'EU B-ORG\nand O\n\nhe O\n' });
    const plain = await importFrom(folder, ['plain.csv']);
    const texts = await importFrom(folder, ['a.conll']);
    const params = { blobs: folder.blobs, format: 'coco' as const, out: join(folder.path, 'out'), images: true };
    expect((await failure(exportData({ ...params, manifest: plain.manifest }, quietContext()))).code).toBe(
      'no_annotations',
    );
    const wrong = await failure(exportData({ ...params, manifest: texts.manifest }, quietContext()));
    expect(wrong.code).toBe('wrong_format');
    expect(wrong.message).toContain('spacy, conll, label-studio, csv, jsonl');
    expect(existsSync(params.out)).toBe(false);
  });

  it('keeps names apart, and none leads out of the folder', () => {
    expect(['a/b.png', '../b', '/b', 'a//b', 'a/./b', 'C:\\b', 'a\u0000b', ''].map(safePath)).toEqual([
      'a/b.png',
      ...Array<null>(7).fill(null),
    ]);
    expect(nameOrHash('../../b.png')).toMatch(/^[0-9a-f]{16}\.png$/);
    const paths = new Paths();
    expect(['a.png', 'A.png', 'a.png'].map((name) => paths.take(name))).toEqual(['a.png', 'A-2.png', 'a-3.png']);
  });

  it('of images of one name in several folders keeps them all', async () => {
    const files = await pictures('x/1.png', 'y/1.png', 'z/2.png');
    const labels = Object.fromEntries(
      ['x/1', 'y/1', 'z/2'].map((name, i) => [`${name}.txt`, `0 0.5 0.5 0.${i + 1} 0.2\n`]),
    );
    const source = await annotated({ ...files, ...labels });
    for (const format of ['coco', 'yolo', 'voc'] as const) {
      const again = await roundTrip(source, format);
      const widths = again.samples.map(
        ({ marks }) => 'box' in marks.annotations[0] && Math.round(marks.annotations[0].box[2]),
      );
      expect(widths.sort()).toEqual([12, 4, 8]);
    }
  });
});
