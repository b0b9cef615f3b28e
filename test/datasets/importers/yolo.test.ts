import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataYaml } from '../../../src-main/datasets/annotations/yolo-yaml.ts';
import { annotated, objectsOf, pictures, roundTrip } from '../../support/data-annotated.ts';
import { writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

importerContract('yolo', {
  kind: 'yolo',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const names = Array.from({ length: 12 }, (_, i) => `images/${i}.png`);
    const labels = names.map((_, i) => [`labels/${i}.txt`, '0 0.5 0.5 0.25 0.5\n']);
    const files = { ...(await pictures(...names)), ...Object.fromEntries(labels), 'data.yaml': 'names: [cell]\n' };
    await writeFiles(join(folder, 'source'), files);
    return ['source'];
  },
});

const detect = async () => ({
  ...(await pictures('images/train/a.png', 'images/train/bare.png', 'images/val/b.png', 'images/test/c.png')),
  'labels/train/a.txt': '1 0.5 0.5 0.25 0.5\n0 0.123456 0.654321 0.1 0.2\n',
  'labels/val/b.txt': '0 0.25 0.25 0.5 0.5\r\n',
  'labels/test/c.txt': '',
  'data.yaml':
    'path: ../datasets/x\ntrain: images/train\nval: images/val\ntest: images/test # held out\nnc: 2\nnames:\n  0: \'red cell\'\n  1: "white"\n',
});

describe('YOLO', () => {
  it('reads boxes into pixels, names and given splits', async () => {
    const set = await annotated(await detect());
    expect(objectsOf(set, 'a.png')[0]).toEqual({ type: 'box', class: 'white', box: [15, 5, 10, 10] });
    expect(set.header.classes).toEqual([
      { name: 'red cell', id: 0 },
      { name: 'white', id: 1 },
    ]);
    expect(set.manifest).toMatchObject({
      splitSource: 'given',
      splits: { train: 2, validation: 1, test: 1 },
      rejectedCount: 0,
    });
    expect(set.manifest.annotations).toMatchObject({ total: 3, annotated: 2 });
    expect(set.manifest.notes.map(({ code }) => code)).toContain('unmarked');
  });

  it('comes out again as it went in, to the last digit', async () => {
    const set = await annotated(await detect());
    const again = await roundTrip(set, 'yolo');
    expect(again.result.lost).toEqual([]);
    expect(await readFile(join(again.out, 'labels/train/a.txt'), 'utf8')).toBe(
      '1 0.5 0.5 0.25 0.5\n0 0.123456 0.654321 0.1 0.2\n',
    );
    expect(await readFile(join(again.out, 'labels/val/b.txt'), 'utf8')).toBe('0 0.25 0.25 0.5 0.5\n');
    const image = 'images/train/a.png';
    expect(await readFile(join(again.out, image))).toEqual(await readFile(join(set.folder.path, 'set', image)));
    expect(again.samples.map(({ split, marks }) => [split, marks.annotations])).toEqual(
      ['test', 'train', 'train', 'validation'].map((split, i) => [split, again.samples[i].marks.annotations]),
    );
    expect(again.manifest.annotations).toEqual(set.manifest.annotations);
  });

  it('of polygons is a "segment" set, and comes out so', async () => {
    const set = await annotated({
      ...(await pictures('a.png', 'b.png')),
      'a.txt': '0 0 0 0.5 0 0.5 0.5\n2 0.1 0.2 0.3 0.2 0.3 0.4 0.1 0.4\n',
      'b.txt': '0 0.5 0.5 0.25 0.5 0.75 0.75\n',
      'classes.txt': 'one\ntwo\nthree\n',
    });
    expect(objectsOf(set, 'a.png')[0]).toEqual({
      type: 'polygon',
      class: 'one',
      box: [0, 0, 20, 10],
      polygons: [[0, 0, 20, 0, 20, 10]],
    });
    const again = await roundTrip(set, 'yolo');
    expect(again.result.lost).toEqual([]);
    expect(objectsOf(again, 'a.png')).toEqual(objectsOf(set, 'a.png'));
  });

  it('of keypoints is a "pose" set, and comes out so', async () => {
    const set = await annotated({
      ...(await pictures('a.png', 'b.png')),
      'a.txt': '0 0.5 0.5 0.5 0.5 0.25 0.5 2 0 0 0\n',
      'b.txt': '0 0.5 0.5 0.5 0.5 0.25 0.5 2 0.75 0.5 1\n',
      'data.yaml': 'kpt_shape: [2, 3]\nnames: {0: person}\n',
    });
    expect(objectsOf(set, 'b.png')[0].keypoints).toEqual([10, 10, 2, 30, 10, 1]);
    const again = await roundTrip(set, 'yolo');
    expect(again.result.lost).toEqual([]);
    expect(objectsOf(again, 'a.png')).toEqual(objectsOf(set, 'a.png'));
  });

  it('is divided by lists of files too', async () => {
    const set = await annotated({
      ...(await pictures('a.png', 'b.png', 'c.png')),
      ...Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.txt`, '0 0.5 0.5 0.1 0.1\n'])),
      'data.yaml': 'train: ./train.txt\nval: val.txt\nnames: [x]\n',
      'train.txt': './a.png\n./c.png\n',
      'val.txt': '/home/somebody/else/b.png\n',
    });
    expect(set.samples.map(({ split }) => split)).toEqual(expect.arrayContaining(['train', 'validation']));
    expect(set.samples[1].split).toBe('validation');
  });

  it('lists what is wrong, and cuts at the edge only on the way out', async () => {
    const set = await annotated({
      ...(await pictures('a.png', 'b.png')),
      'a.txt':
        '0 0.5 0.5 0.1 0.1\n7 0.5 0.5 0.1 0.1\nx 1 2 3 4\n0 0.5 0.5\n0 0.9 0.5 0.4 0.5\n0 0.5 0.5 0 0.1\n0 1 nan 1 1\n',
      'b.txt': '0 0.5 0.5 0.1 0.1\n',
      'lost.txt': '0 0.5 0.5 0.1 0.1\n',
      'classes.txt': 'cell\n',
    });
    expect(set.manifest.rejected.map(({ code, where }) => [code, where])).toEqual([
      ['image_missing', 'lost.txt'],
      ['unknown_class', 'a.txt: line 2'],
      ['bad_box', 'a.txt: line 3'],
      ['bad_box', 'a.txt: line 4'],
      ['bad_box', 'a.txt: line 7'],
    ]);
    expect(objectsOf(set, 'a.png').map(({ flags }) => flags)).toEqual([undefined, { outside: true }, { empty: true }]);
    const again = await roundTrip(set, 'yolo');
    expect(again.result.lost).toEqual([{ what: 'what reaches out of its image, cut at the edge', count: 1 }]);
  });

  survivesHostileInput(
    'YOLO',
    async () => ({
      name: 'a.txt',
      bytes: Buffer.from('0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.1 0.1\n'),
      beside: {
        ...((await pictures('a.png', 'b.png')) as Record<string, Buffer>),
        'b.txt': Buffer.from('0 0.5 0.5 0.1 0.1\n'),
      },
    }),
    1,
  );
});

describe('data.yaml', () => {
  it.each([
    ['a list', 'names: [\'a, b\', c, "d"]', ['a, b', 'c', 'd']],
    ['a list over lines', 'names: [a,\n  b]\nnc: 2', ['a', 'b']],
    ['a block of items', 'names:\n- a\n- b # two\nnc: 2', ['a', 'b']],
    ['a map', 'names: {0: a, 1: b}', { 0: 'a', 1: 'b' }],
    ['a block of pairs', 'names:\n  0: a\n\n  1: "b: c"\nnc: 2', { 0: 'a', 1: 'b: c' }],
    ['a word', 'names: x.names', 'x.names'],
  ])('gives names as %s', (_, text, names) => {
    expect(readDataYaml(text).get('names')).toEqual(names);
  });
});
