import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { matchMarks } from '../../../src-main/datasets/annotations/match-marks.ts';
import { annotated, objectsOf, pictures, roundTrip, type Annotated } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { toneFolders } from '../../support/data-sounds.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const lines = (...records: object[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const box = (x: number, more: object = {}) => ({ type: 'box', class: 'cell', box: [x, 2, 3, 4], ...more });
const header = JSON.stringify({
  ...{ format: 'atelier-annotations', version: 1 },
  classes: [{ name: 'nothing yet' }, { name: 'cell', id: 7 }],
});

const longestFirst = ({ samples }: Annotated) =>
  samples.map(({ marks }) => marks).sort((a, b) => b.annotations.length - a.annotations.length);

importerContract('annotation lines', {
  kind: 'jsonl',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const names = Array.from({ length: 12 }, (_, i) => `images/${i}.png`);
    const files = { ...(await pictures(...names)), 'header.json': header };
    const text = lines(...names.map((file, i) => ({ file, width: 40, height: 20, annotations: [box(i)] })));
    await writeFiles(join(folder, 'source'), { ...files, 'train.jsonl': text });
    return ['source'];
  },
});

describe('annotations in lines', () => {
  it('come back as they went out: boxes, rings, points, tags, ids, flags, all else', async () => {
    const annotations = [
      box(1.25, { id: 'a', flags: { difficult: true }, attributes: { hue: 'red' }, extra: { pose: 'left' } }),
      { type: 'polygon', class: 'cell', box: [0, 0, 10, 10], polygons: [[0, 0, 10, 0, 10, 10]] },
      { type: 'keypoints', class: 'nothing yet', box: [0, 0, 4, 4], keypoints: [0, 0, 2, 4, 4, 1] },
      { type: 'mask', class: 'cell', box: [0, 0, 2, 20], mask: { height: 20, width: 40, counts: '0X1hb0' } },
      { type: 'tag', class: 'cell' },
    ];
    const set = await annotated({
      ...(await pictures('a.png', 'b.png')),
      'header.json': header,
      'val.jsonl': lines({ file: 'a.png', id: 5, extra: { note: 'x' }, annotations }),
      'train.jsonl': lines({ file: 'b.png', annotations: [] }),
    });
    expect(set.header.classes).toEqual([{ name: 'nothing yet' }, { name: 'cell', id: 7 }]);
    expect(set.samples.map(({ name, split }) => [name, split])).toEqual([
      ['b.png', 'train'],
      ['a.png', 'validation'],
    ]);
    expect(set.samples[1].marks).toMatchObject({ id: 5, extra: { note: 'x' }, annotations });
    const again = await roundTrip(set, 'jsonl');
    expect(again.result.lost).toEqual([]);
    expect(longestFirst(again)).toEqual(longestFirst(set));
    expect(again.header).toEqual(set.header);
  });

  it('of texts keep spans, relations, tokens and columns', async () => {
    const annotations = [
      { type: 'span', class: 'person', start: 0, end: 3, id: 's1' },
      { type: 'span', class: 'place', start: 8, end: 12, id: 's2' },
      { type: 'relation', class: 'of', from: 's1', to: 's2' },
    ];
    const text = 'Ada met Rome';
    const long = 'no end '.repeat(20_000);
    const set = await annotated({
      'header.json': header,
      'train.jsonl': lines(
        { text: long, columns: { source: 'c' }, annotations: [] },
        { text, columns: { source: 'a', more: null }, tokens: [0, 3, 4, 7, 8, 12], annotations },
        { text: 'nothing', columns: { source: 'b', more: 'x' }, annotations: [] },
      ),
    });
    expect(set.manifest.columns.map(({ name }) => name)).toEqual(['source', 'more', 'text']);
    expect(set.samples[1].marks).toMatchObject({ tokens: [0, 3, 4, 7, 8, 12], annotations });
    const again = await roundTrip(set, 'jsonl');
    expect(longestFirst(again)).toEqual(longestFirst(set));
  });

  it('of sounds are read for a labelling of them, by their names', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, toneFolders('tones', [300, 700], 2));
    const { manifest } = await importFrom(folder, ['tones']);
    const segment = { type: 'segment', class: 'speech', start: 0.01, end: 0.05 };
    const text = lines(
      { file: '700/1.wav', annotations: [segment, { ...segment, end: 0.01 }] },
      { file: '900/1.wav', annotations: [segment] },
    );
    await writeFiles(folder.path, { 'train.jsonl': text });
    const paths = [join(folder.path, 'train.jsonl')];
    const found = await matchMarks({ blobs: folder.blobs, manifest, kind: 'segments', paths });
    expect(found).toMatchObject({ format: 'jsonl', classes: ['speech'], samples: [[3, { annotations: [segment] }]] });
    expect(found.rejected.map(({ code }) => code).sort()).toEqual(['bad_annotation', 'no_sample']);
    expect(await failure(importFrom(folder, ['train.jsonl'], { kind: 'jsonl' }))).toMatchObject({
      code: 'images_missing',
    });
  });

  it('lists what is none, and keeps the rest', async () => {
    const set = await annotated({
      ...(await pictures('a.png')),
      'train.jsonl': `${lines(
        {
          file: 'a.png',
          annotations: [
            box(1),
            { type: 'box', class: '', box: [0, 0, 1, 1] },
            box(NaN),
            { type: 'span', class: 'x', start: 0, end: 1 },
          ],
        },
        { file: 'gone.png', annotations: [box(1)] },
        { file: 'a.png', annotations: [box(2)] },
        { file: 'a.png', annotations: 3 },
      )}{"file":`,
    });
    expect(objectsOf(set, 'a.png')).toHaveLength(1);
    expect(set.manifest.rejected.map(({ code }) => code).sort()).toEqual([
      ...['bad_annotation', 'bad_annotation', 'bad_annotation'],
      ...['bad_json', 'bad_json', 'duplicate_image', 'image_missing'],
    ]);
  });

  survivesHostileInput(
    'annotation lines',
    async () => ({
      name: 'train.jsonl',
      bytes: Buffer.from(lines({ file: 'a.png', annotations: [box(1)] }, { file: 'b.png', annotations: [box(2)] })),
      beside: (await pictures('a.png', 'b.png')) as Record<string, Buffer>,
    }),
    1,
  );
});
