import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { matchMarks } from '../../../src-main/datasets/annotations/match-marks.ts';
import { exportData } from '../../../src-main/datasets/export-data.ts';
import type { ImageObject, SampleAnnotations } from '../../../src-main/shared/annotation.ts';
import type { DataFormat } from '../../../src-main/shared/work/export-data.ts';
import { maskPixels } from '../../../src-main/shared/rle.ts';
import type { MarkedKind } from '../../../src-main/shared/marks.ts';
import { annotated, pictures, type Annotated, type Files } from '../../support/data-annotated.ts';
import { failure, quietContext, writeFiles } from '../../support/data-import.ts';

const boxes = async (): Promise<Annotated> =>
  annotated({
    ...(await pictures('one/a.png', 'one/b.png', 'one/c.png', 'one/d.png')),
    'set.json': JSON.stringify({
      images: ['a.png', 'b.png', 'c.png', 'd.png'].map((file_name, id) => ({ id, file_name, width: 40, height: 20 })),
      categories: ['cat', 'dog, "big"'].map((name, id) => ({ id, name })),
      annotations: [
        { id: 1, image_id: 0, category_id: 0, bbox: [1.5, 2, 3, 4] },
        { id: 2, image_id: 0, category_id: 1, bbox: [0, 0, 40, 20] },
        // One that has no area, and one that leaves its image.
        { id: 3, image_id: 2, category_id: 0, bbox: [5, 5, 0, 5] },
        { id: 4, image_id: 3, category_id: 1, bbox: [30, 10, 20, 5] },
      ],
    }),
  });

const polygons = async (): Promise<Annotated> =>
  annotated({
    ...(await pictures('a.png', 'b.png')),
    'set.json': JSON.stringify({
      images: ['a.png', 'b.png'].map((file_name, id) => ({ id, file_name, width: 40, height: 20 })),
      categories: [{ id: 0, name: 'leaf' }],
      annotations: [
        { id: 1, image_id: 0, category_id: 0, bbox: [0, 0, 10, 10], segmentation: [[0, 0, 10, 0, 10, 10]] },
        { id: 2, image_id: 1, category_id: 0, bbox: [20, 0, 10, 10], segmentation: [[20, 0, 30, 0, 30, 10]] },
      ],
    }),
  });

const texts = (): Promise<Annotated> => {
  const task = (text: string, result: unknown[]) => ({ data: { text }, annotations: [{ result }] });
  const label = (id: string, start: number, end: number, name: string) => ({
    id,
    type: 'labels',
    value: { start, end, labels: [name] },
  });
  const tasks = [
    task('🐈 Ada met Bob', [
      label('x', 3, 6, 'PER'),
      label('y', 11, 14, 'PER'),
      { type: 'relation', from_id: 'x', to_id: 'y', labels: ['met'] },
    ]),
    task('nothing here', []),
    task('Acme of Rome', [label('z', 8, 12, 'LOC'), label('w', 0, 12, 'ORG')]),
  ];
  return annotated({ 'tasks.json': JSON.stringify(tasks) });
};

/** Exports, and reads for a labelling of the very same version what came out. */
async function through({ folder, manifest }: Annotated, format: DataFormat, kind: MarkedKind, images = false) {
  const out = join(folder.path, `out-${format}`);
  const { lost } = await exportData({ blobs: folder.blobs, manifest, format, out, images }, quietContext());
  const found = await matchMarks({ blobs: folder.blobs, manifest, kind, paths: [out] });
  return { ...found, out, lost: lost.map(({ what }) => what) };
}
const plain = (samples: readonly { marks: SampleAnnotations }[]) =>
  samples.map(({ marks }) =>
    marks.annotations.map((one) =>
      'box' in one
        ? [one.class, one.box, Object.keys(one.flags ?? {}).filter((flag) => one.flags![flag as 'crowd'])]
        : one.class,
    ),
  );

describe('marks of files that are read for a labelling', () => {
  it.each<[DataFormat, boolean]>([
    ['coco', false],
    ['coco', true],
    ['voc', false],
    ['csv', true],
    ['label-studio', false],
    ['labelme', false],
    ['labelme', true],
    ['jsonl', false],
    ['jsonl', true],
  ])('are what an export as %s has written, its images beside it: %s', async (format, images) => {
    const set = await boxes();
    const { samples, classes, rejectedCount } = await through(set, format, 'objects', images);
    expect(rejectedCount).toBe(0);
    expect([...classes].sort()).toEqual(['cat', 'dog, "big"']);
    const found = samples.sort(([a], [b]) => a - b).map(([, marks]) => ({ marks }));
    expect(plain(found)).toEqual(plain(set.samples));
  });

  it('are of a YOLO set those of the images that have a file of boxes', async () => {
    const set = await boxes();
    const { out, samples } = await through(set, 'yolo', 'objects');
    expect(samples.map(([sample]) => sample)).toEqual([0, 1, 2, 3]);
    const files = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('a.txt'));
    await rm(join(out, files[0]));
    const { blobs } = set.folder;
    const fewer = await matchMarks({ blobs, manifest: set.manifest, kind: 'objects', paths: [out] });
    expect(fewer.samples.map(([sample]) => sample)).toEqual([1, 2, 3]);
  });

  it.each<DataFormat>(['coco', 'yolo', 'labelme', 'label-studio', 'jsonl'])('keep polygons as %s', async (format) => {
    const set = await polygons();
    const { samples } = await through(set, format, 'objects');
    const rings = samples.map(([, { annotations }]) => annotations.map((one) => 'polygons' in one && one.polygons));
    expect(rings).toEqual([[[[0, 0, 10, 0, 10, 10]]], [[[20, 0, 30, 0, 30, 10]]]]);
  });

  it('keep masks as LabelMe and as COCO', async () => {
    const [width, height] = [40, 20];
    const pixel = (x: number, y: number) => (x >= 3 && x < 9 && y >= 2 && y < 7 && x + y < 13 ? 1 : 0);
    const counts: number[] = [0];
    for (let i = 0, value = 0; i < width * height; i++) {
      const is = pixel(Math.floor(i / height), i % height);
      if (is === value) counts[counts.length - 1]++;
      else counts.push(1);
      value = is;
    }
    const mask = { size: [height, width], counts };
    const set = await annotated({
      ...(await pictures('a.png')),
      'set.json': JSON.stringify({
        images: [{ id: 0, file_name: 'a.png', width, height }],
        categories: [{ id: 0, name: 'leaf' }],
        annotations: [{ id: 1, image_id: 0, category_id: 0, bbox: [3, 2, 6, 5], iscrowd: 0, segmentation: mask }],
      }),
    });
    for (const format of ['coco', 'labelme'] as const) {
      const { samples } = await through(set, format, 'objects');
      const [object] = samples[0][1].annotations;
      expect([...maskPixels((object as ImageObject).mask!)!]).toEqual(
        Array.from({ length: width * height }, (_, i) => pixel(i % width, Math.floor(i / width))),
      );
    }
    // Told by a decoder that knows nothing of ours: each pixel has its class's colour.
    const out = join(set.folder.path, 'masks');
    const params = { blobs: set.folder.blobs, manifest: set.manifest, format: 'masks' as const, out, images: false };
    await exportData(params, quietContext());
    const legend = JSON.parse(await readFile(join(out, 'legend.json'), 'utf8')) as { name: string; colour: string }[];
    expect(legend).toEqual([
      { value: 0, name: 'background', colour: '#000000' },
      { value: 1, name: 'leaf', colour: '#800000' },
    ]);
    const [file] = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.png'));
    const { data, info } = await sharp(join(out, file)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
    for (let i = 0; i < width * height; i++) {
      expect(data[3 * i]).toBe(pixel(i % width, Math.floor(i / width)) * 0x80);
    }
  });

  it('are of a text found by the text, also where characters take two units', async () => {
    const set = await texts();
    const studio = await through(set, 'label-studio', 'spans');
    expect(studio.samples.map(([sample]) => sample)).toEqual([0, 1, 2]);
    expect(studio.samples.map(([, { annotations }]) => annotations)).toMatchObject(
      set.samples.map(({ marks }) => marks.annotations),
    );
    const conll = await through(set, 'conll', 'spans');
    // A file without any tag is none of CoNLL's.
    expect(conll.samples.map(([, { annotations }]) => annotations)).toMatchObject([
      [
        { class: 'PER', start: 3, end: 6 },
        { class: 'PER', start: 11, end: 14 },
      ],
      [{ class: 'ORG', start: 0, end: 12 }],
    ]);
    const spacy = await through(set, 'spacy', 'spans');
    expect(spacy.lost.sort()).toEqual(['ids', 'relations', 'spans inside others']);
    expect(spacy.samples.map(([, { annotations }]) => annotations)).toEqual([
      [
        { type: 'span', class: 'PER', start: 3, end: 6 },
        { type: 'span', class: 'PER', start: 11, end: 14 },
      ],
      [],
      [{ type: 'span', class: 'ORG', start: 0, end: 12 }],
    ]);
  });

  it('are refused where they are of none of the samples, or of no form that is known', async () => {
    const set = await boxes();
    const { folder, manifest } = set;
    const read = async (name: string, files: Files) => {
      await writeFiles(join(folder.path, name), files);
      return failure(matchMarks({ blobs: folder.blobs, manifest, kind: 'objects', paths: [join(folder.path, name)] }));
    };
    expect((await read('none', { 'notes.txt': 'nothing' })).code).toBe('unknown_format');
    const xml = '<annotation><filename>other.png</filename><object><name>x</name></object></annotation>';
    expect((await read('other', { 'other.xml': xml })).code).toBe('nothing_matched');
  });
});
