import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotated, objectsOf, pictures, roundTrip, type Files } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { turned } from '../../support/data-pictures.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

/** Every kind of thing that COCO knows, with fields that nobody expects. */
const full = {
  info: { year: 2026, description: 'made for a test' },
  licenses: [{ id: 1, name: 'none', url: '' }],
  images: [
    { id: 17, file_name: 'a.png', width: 40, height: 20, license: 1, date_captured: '2026-01-02' },
    { id: 4, file_name: 'b.png', width: 40, height: 20 },
    { id: 90, file_name: 'empty.png', width: 40, height: 20 },
  ],
  categories: [
    { id: 3, name: 'cell', supercategory: 'thing', colour: '#ff0000' },
    { id: 1, name: 'person', supercategory: 'animal', keypoints: ['head', 'foot'], skeleton: [[1, 2]] },
  ],
  annotations: [
    {
      id: 501,
      image_id: 17,
      category_id: 3,
      bbox: [1.5, 2.25, 10.125, 4],
      area: 40.5,
      iscrowd: 0,
      segmentation: [],
      score: 0.75,
      attributes: { occluded: true, colour: 'red' },
    },
    {
      id: 502,
      image_id: 17,
      category_id: 3,
      bbox: [0, 0, 10, 10],
      area: 50,
      iscrowd: 0,
      segmentation: [
        [0, 0, 10, 0, 10, 5],
        [0, 5, 5, 10, 0, 10],
      ],
    },
    // Columns of 20: 5 empty, 10 inside, the rest empty; and the same in text.
    {
      id: 503,
      image_id: 4,
      category_id: 3,
      bbox: [0, 5, 1, 10],
      area: 10,
      iscrowd: 1,
      segmentation: { size: [20, 40], counts: [5, 10, 785] },
    },
    {
      id: 504,
      image_id: 4,
      category_id: 3,
      bbox: [0, 5, 1, 10],
      area: 10,
      iscrowd: 0,
      segmentation: { size: [20, 40], counts: '5:ah0' },
    },
    {
      id: 505,
      image_id: 4,
      category_id: 1,
      bbox: [1, 1, 8, 8],
      area: 64,
      iscrowd: 0,
      keypoints: [2, 3, 2, 0, 0, 0],
      num_keypoints: 1,
    },
  ],
};

const coco = async (json: unknown, ...names: string[]): Promise<Files> => ({
  ...(await pictures(...names)),
  'annotations.json': typeof json === 'string' ? json : JSON.stringify(json),
});
const fullSet = (): Promise<Files> => coco(full, 'a.png', 'b.png', 'empty.png');

importerContract('coco', {
  kind: 'coco',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const images = Array.from({ length: 12 }, (_, i) => ({ id: i, file_name: `${i}.png`, width: 40, height: 20 }));
    const annotations = images.map(({ id }) => ({ id, image_id: id, category_id: 1, bbox: [1, 2, 3, 4] }));
    const json = { images, annotations, categories: [{ id: 1, name: 'cell' }] };
    const files = await coco(json, ...images.map(({ file_name: name }) => name));
    await writeFiles(join(folder, 'source'), files);
    return ['source'];
  },
});

describe('COCO', () => {
  it('keeps every kind of annotation, precisely', async () => {
    const set = await annotated(await fullSet());
    expect(set.manifest.rejected).toEqual([]);
    expect(set.manifest.annotations).toMatchObject({
      total: 5,
      annotated: 2,
      types: { box: 1, polygon: 1, mask: 2, keypoints: 1 },
      classes: [
        { name: 'cell', count: 4, samples: 2 },
        { name: 'person', count: 1, samples: 1, skeleton: [[1, 2]] },
      ],
      flags: { crowd: 1, occluded: 1 },
    });
    expect(objectsOf(set, 'a.png')[0]).toEqual({
      type: 'box',
      class: 'cell',
      id: 501,
      box: [1.5, 2.25, 10.125, 4],
      area: 40.5,
      attributes: { occluded: true, colour: 'red' },
      flags: { crowd: false, occluded: true },
      extra: { score: 0.75, segmentation: [] },
    });
    const [listed, packed, person] = objectsOf(set, 'b.png');
    expect(listed.mask).toEqual({ height: 20, width: 40, counts: '5:ah0', listed: true });
    expect(packed.mask).toEqual({ height: 20, width: 40, counts: '5:ah0' });
    expect(person).toMatchObject({ type: 'keypoints', keypoints: [2, 3, 2, 0, 0, 0] });
    expect(set.header.classes[1]).toMatchObject({ id: 1, keypoints: ['head', 'foot'], skeleton: [[1, 2]] });
  });

  it('comes out again as it went in', async () => {
    const set = await annotated(await fullSet(), { splitSeed: 3 });
    const again = await roundTrip(set, 'coco');
    expect(again.result.lost).toEqual([]);
    const written = { images: [] as object[], annotations: [] as object[] };
    for (const split of new Set(set.samples.map((each) => each.split))) {
      const file = join(again.out, 'annotations', `instances_${split === 'validation' ? 'val' : split}.json`);
      const json = JSON.parse(await readFile(file, 'utf8')) as typeof full;
      written.images.push(...json.images);
      written.annotations.push(...json.annotations);
      expect(json).toMatchObject({ info: full.info, licenses: full.licenses, categories: full.categories });
    }
    const byId = (a: object, b: object): number => (a as { id: number }).id - (b as { id: number }).id;
    expect(written.images.sort(byId)).toEqual([...full.images].sort(byId));
    expect(written.annotations.sort(byId)).toEqual([...full.annotations].sort(byId));
    const sorted = ({ samples }: typeof set) =>
      samples.map(({ marks }) => marks.annotations).sort((a, b) => a.length - b.length);
    expect(sorted(again)).toEqual(sorted(set));
    expect(again.manifest.splits).toEqual(set.manifest.splits);
  });

  it('of several files, for splits and for kinds, is one set', async () => {
    const part = (id: number, name: string, more: object) => ({
      images: [{ id, file_name: name, width: 40, height: 20 }],
      categories: [{ id: 1, name: 'person' }],
      annotations: [{ id: 7, image_id: id, category_id: 1, ...more }],
    });
    const set = await annotated({
      ...(await pictures('train2017/1.png', 'val2017/1.png')),
      'annotations/instances_train2017.json': JSON.stringify(part(1, '1.png', { bbox: [1, 2, 3, 4] })),
      'annotations/instances_val2017.json': JSON.stringify(part(1, '1.png', { bbox: [5, 6, 7, 8] })),
      'annotations/person_keypoints_train2017.json': JSON.stringify(
        part(1, '1.png', { bbox: [1, 2, 3, 4], keypoints: [1, 1, 2] }),
      ),
      'annotations/captions_train2017.json': JSON.stringify({
        images: [{ id: 1, file_name: '1.png' }],
        annotations: [{ id: 3, image_id: 1, caption: 'somebody' }],
      }),
    });
    expect(set.manifest.splitSource).toBe('given');
    expect(set.manifest.samples).toBe(2);
    const [trained] = objectsOf(set, 'train2017/1.png');
    expect(objectsOf(set, 'train2017/1.png')).toHaveLength(1);
    expect(trained).toMatchObject({ id: 7, box: [1, 2, 3, 4], keypoints: [1, 1, 2] });
    expect(objectsOf(set, 'val2017/1.png')[0].box).toEqual([5, 6, 7, 8]);
    expect(set.samples[0].marks.extra).toMatchObject({ captions: [{ id: 3, caption: 'somebody' }] });
  });

  it('counts in pixels as stored where it says their size, whatever EXIF turns', async () => {
    const json = {
      images: [
        { id: 1, file_name: 'stored.png', width: 16, height: 8 },
        { id: 2, file_name: 'shown.png', width: 8, height: 16 },
      ],
      categories: [{ id: 1, name: 'x' }],
      annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0, 0, 16, 8] }],
    };
    const set = await annotated({
      'stored.png': await turned(6),
      'shown.png': await turned(6),
      'a.json': JSON.stringify(json),
    });
    expect(set.samples.map(({ marks }) => [marks.width, marks.height, marks.unturned])).toEqual([
      [16, 8, true],
      [8, 16, undefined],
    ]);
    expect(set.manifest.annotations?.flags).toEqual({});
  });
});

describe('what is wrong in COCO', () => {
  it('is kept and marked, or left out and listed, never passed over', async () => {
    const box = (id: number, more: object) => ({ id, image_id: 17, category_id: 3, bbox: [1, 1, 2, 2], ...more });
    const text = JSON.stringify({
      ...full,
      images: [
        ...full.images,
        { id: 5, file_name: 'gone.png' },
        { id: 4, file_name: 'b.png' },
        { id: 6, file_name: '../../etc/passwd' },
      ],
      annotations: [
        box(1, { bbox: [30, 1, 20, 5] }),
        box(2, { bbox: [3, 3, 0, 5] }),
        box(3, {}),
        box(4, {}),
        box(5, { category_id: 99 }),
        box(6, { image_id: 1234 }),
        box(7, { image_id: 5 }),
        box(8, { bbox: 'NOT' }),
        box(9, { segmentation: { size: [20, 40], counts: [5, 10] } }),
        box(10, { segmentation: [[1, 2, 3]] }),
        box(11, { keypoints: [1, 2] }),
        box(12, { bbox: [1, 2, 3] }),
      ],
    }).replace('"NOT"', '[NaN, 1, Infinity, 2]');
    const set = await annotated(await coco(text, 'a.png', 'b.png', 'empty.png'));
    expect(set.manifest.rejected.map(({ code, where }) => [code, where.replace('annotations.json: ', '')])).toEqual([
      ['duplicate_image', 'images[4]'],
      ['image_missing', 'gone.png'],
      ['image_missing', '../../etc/passwd'],
      ['unknown_image', 'image 1234'],
      ['unknown_class', 'annotation 5'],
      ['bad_box', 'annotation 8'],
      ['bad_mask', 'annotation 9'],
      ['bad_polygon', 'annotation 10'],
      ['bad_keypoints', 'annotation 11'],
      ['bad_box', 'annotation 12'],
    ]);
    expect(set.manifest.rejected[1].message).toContain('1 annotations');
    expect(objectsOf(set, 'a.png').map(({ id, flags }) => [id, flags])).toEqual([
      [1, { outside: true }],
      [2, { empty: true }],
      [3, undefined],
      [4, { duplicate: true }],
    ]);
    const codes = set.manifest.notes.map(({ code }) => code);
    for (const flag of ['outside', 'empty', 'duplicate']) expect(codes).toContain(`annotations_${flag}`);
  });

  it('without its images is one clear error', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'a.json': JSON.stringify(full) });
    const error = await failure(importFrom(folder, ['a.json']));
    expect(error.code).toBe('no_images');
    expect(error.message).toContain('drop both together');
  });

  it('a class called like a part of every object is a class like another', async () => {
    const json = {
      ...full,
      categories: [
        { id: 3, name: '__proto__' },
        { id: 1, name: 'constructor' },
      ],
    };
    const set = await annotated(await coco(json, 'a.png', 'b.png', 'empty.png'));
    expect(set.manifest.annotations?.classes.map(({ name, count }) => [name, count])).toEqual([
      ['__proto__', 4],
      ['constructor', 1],
    ]);
  });

  survivesHostileInput(
    'COCO',
    async () => ({
      name: 'a.json',
      bytes: Buffer.from(JSON.stringify(full)),
      beside: (await pictures('a.png', 'b.png', 'empty.png')) as Record<string, Buffer>,
    }),
    1,
  );
});
