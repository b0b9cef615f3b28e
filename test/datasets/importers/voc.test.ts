import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { annotated, objectsOf, pictures, roundTrip, type Files } from '../../support/data-annotated.ts';
import { writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const box = (name: string, corners: readonly (number | string)[], more = ''): string =>
  `<object><name>${name}</name>${more}<bndbox><xmin>${corners[0]}</xmin><ymin>${corners[1]}</ymin><xmax>${corners[2]}</xmax><ymax>${corners[3]}</ymax></bndbox></object>`;
const xml = (file: string, objects: string, more = ''): string =>
  `<annotation>${more}<filename>${file}</filename><size><width>40</width><height>20</height><depth>3</depth></size>${objects}</annotation>`;
const voc = async (files: Record<string, string>): Promise<Files> => ({
  ...(await pictures(...Object.keys(files).map((name) => `JPEGImages/${name}.png`))),
  ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`Annotations/${name}.xml`, text])),
});

importerContract('voc', {
  kind: 'voc',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const files = Array.from({ length: 12 }, (_, i) => [String(i), xml(`${i}.png`, box('cell', [1, 2, 30, 15]))]);
    await writeFiles(join(folder, 'source'), await voc(Object.fromEntries(files)));
    return ['source'];
  },
});

const full = async (): Promise<Files> => ({
  ...(await voc({
    a: xml(
      'a.png',
      box(
        'dog',
        [1, 2, 30.5, 15],
        '<pose>Left</pose><truncated>1</truncated><difficult>0</difficult><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part><part><name>tail &amp; more</name></part>',
      ) + box('cat', [3, 4, 5, 6], '<truncated>0</truncated><difficult>1</difficult><occluded>1</occluded>'),
      '<folder>VOC</folder><source><database>Unknown</database></source><segmented>0</segmented>',
    ),
    b: xml('b.png', box('dog', [0, 0, 40, 20])),
    c: xml('c.png', ''),
    d: xml('d.png', box('cat', [1, 1, 2, 2])),
  })),
  'ImageSets/Main/train.txt': 'a\nd\n',
  'ImageSets/Main/val.txt': 'b\n',
  'ImageSets/Main/trainval.txt': 'a\nb\nd\n',
  'ImageSets/Main/test.txt': 'c\n',
  'ImageSets/Main/dog_train.txt': 'a 1\nd -1\n',
});

describe('Pascal VOC', () => {
  it('keeps corners as they stand, flags, parts, and ImageSets', async () => {
    const set = await annotated(await full());
    expect(objectsOf(set, 'a.png')).toEqual([
      {
        type: 'box',
        class: 'dog',
        box: [1, 2, 29.5, 13],
        flags: { truncated: true, difficult: false },
        extra: { pose: 'Left', part: [{ name: 'head', bndbox: { xmin: '1' } }, { name: 'tail & more' }] },
      },
      { type: 'box', class: 'cat', box: [3, 4, 2, 2], flags: { truncated: false, difficult: true, occluded: true } },
    ]);
    expect(set.manifest).toMatchObject({
      splits: { train: 2, validation: 1, test: 1 },
      splitSource: 'given',
      rejectedCount: 0,
    });
    expect(set.header.classes).toEqual([{ name: 'cat' }, { name: 'dog' }]);
    expect(set.samples[0].marks.extra).toEqual({
      folder: 'VOC',
      source: { database: 'Unknown' },
      segmented: '0',
      depth: '3',
    });
  });

  it('comes out again as it went in', async () => {
    const set = await annotated(await full());
    const again = await roundTrip(set, 'voc');
    expect(again.result.lost).toEqual([]);
    for (const { name, split, marks } of set.samples) {
      const found = again.samples.find((each) => each.name === name);
      expect(found?.split).toBe(split);
      expect(found?.marks.annotations).toEqual(marks.annotations);
      expect(found?.marks.extra).toMatchObject(marks.extra ?? {});
    }
    const text = await readFile(join(again.out, 'Annotations/a.xml'), 'utf8');
    expect(text).toContain('<xmax>30.5</xmax>');
    expect(text).toContain('<name>tail &amp; more</name>');
    expect(await readFile(join(again.out, 'ImageSets/Main/train.txt'), 'utf8')).toBe('a\nd\n');
  });

  it('goes through COCO and back without a loss', async () => {
    const set = await annotated(await full());
    const there = await roundTrip(set, 'coco');
    expect(there.result.lost).toEqual([]);
    const back = await roundTrip(there, 'voc');
    expect(back.result.lost.map(({ what }) => what)).toEqual(['image ids', 'ids']);
    for (const { name, split, marks } of set.samples) {
      const found = back.samples.find((each) => each.name.endsWith(name.split('/')[1]))!;
      expect(found.split).toBe(split);
      const plain = (objects: typeof marks.annotations) =>
        objects.map((each) => ({
          class: each.class,
          box: 'box' in each && each.box,
          flags: each.flags,
          pose: each.extra?.pose,
          part: each.extra?.part,
        }));
      expect(
        plain(found.marks.annotations).map(({ flags, ...rest }) => ({ ...rest, truncated: flags?.truncated })),
      ).toEqual(plain(marks.annotations).map(({ flags, ...rest }) => ({ ...rest, truncated: flags?.truncated })));
    }
  });

  it('is found by the name of the XML where the one inside leads nowhere, never outside the folder', async () => {
    const set = await annotated(
      await voc({
        a: xml('C:\\pictures\\a', box('x', [1, 1, 5, 5])),
        b: xml('../../../etc/passwd', box('x', [1, 1, 5, 5])),
      }),
    );
    expect(set.samples.map(({ name }) => name)).toEqual(['JPEGImages/a.png', 'JPEGImages/b.png']);
  });

  it('lists what is wrong and keeps the rest', async () => {
    const set = await annotated({
      ...(await voc({
        a: xml(
          'a.png',
          box('x', [5, 5, 5, 5]) + box('x', [30, 1, 60, 9]) + box('', [1, 1, 2, 2]) + box('x', ['one', 1, 2, 2]),
        ),
        b: '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><annotation><filename>b.png</filename>&b;</annotation>',
        c: '<annotation><filename>c.png</filename><object>',
        d: '<html><body/></html>',
      })),
      'Annotations/gone.xml': xml('gone.png', box('x', [1, 1, 2, 2])),
    });
    expect(set.manifest.rejected.map(({ code, where }) => [code, where])).toEqual([
      ['web_page', 'Annotations/d.xml'],
      ['unknown_class', 'Annotations/a.xml: object 3'],
      ['bad_box', 'Annotations/a.xml: object 4'],
      ['bad_xml', 'Annotations/b.xml'],
      ['bad_xml', 'Annotations/c.xml'],
      ['image_missing', 'Annotations/gone.xml'],
    ]);
    expect(objectsOf(set, 'a.png').map(({ flags }) => flags)).toEqual([{ empty: true }, { outside: true }]);
  });

  survivesHostileInput(
    'VOC',
    async () => ({
      name: 'a.xml',
      bytes: Buffer.from(xml('a.png', box('x', [1, 1, 5, 5]))),
      beside: {
        ...((await pictures('a.png', 'b.png')) as Record<string, Buffer>),
        'b.xml': Buffer.from(xml('b.png', box('y', [1, 1, 5, 5]))),
      },
    }),
    1,
  );
});
