import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { annotated, objectsOf, pictures } from '../../support/data-annotated.ts';
import { dataFolder, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

importerContract('csv-boxes', {
  kind: 'csv-boxes',
  samples: 12,
  classes: [],
  unlabelled: 'no_classes',
  async write(folder) {
    const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
    const rows = names.map((name) => `${name},cell,1,2,30,15`);
    const files = {
      ...(await pictures(...names)),
      'boxes.csv': `filename,class,xmin,ymin,xmax,ymax\n${rows.join('\n')}\n`,
    };
    await writeFiles(
      folder,
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`source/${name}`, bytes])),
    );
    return ['source'];
  },
});

describe('a CSV of boxes', () => {
  it.each([
    [
      "TensorFlow's",
      'filename,width,height,class,xmin,ymin,xmax,ymax\na.png,40,20,cell,4,5,14,10\nb.png,40,20,cell,1,1,2,2\n',
      {},
    ],
    ["RetinaNet's, without a header", 'img/a.png,4,5,14,10,cell\nimg/b.png,,,,,\nb.png,1,1,2,2,cell\n', {}],
    [
      "Open Images's shares",
      'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\na,x,cell,1,0.1,0.35,0.25,0.5\nb,x,cell,1,0.1,0.2,0.1,0.2\n',
      { Source: 'x', Confidence: '1' },
    ],
    [
      'corner and size, with semicolons',
      'image;label;x;y;w;h;split\na.png;cell;4;5;10;5;train\nb.png;cell;1;1;1;1;test\n',
      {},
    ],
  ])('%s, is read', async (_, text, extra) => {
    const set = await annotated({ ...(await pictures('a.png', 'b.png')), 'boxes.csv': text });
    const [first] = objectsOf(set, 'a.png');
    expect(first.class).toBe('cell');
    first.box.forEach((value, i) => expect(value).toBeCloseTo([4, 5, 10, 5][i], 9));
    expect(first.extra ?? {}).toEqual(extra);
    expect(objectsOf(set, 'b.png')).toHaveLength(1);
    expect(set.manifest.rejectedCount).toBe(0);
  });

  it('lists what is wrong, and keeps the rest', async () => {
    const rows = [
      'gone.png,cell,1,1,2,2',
      'a.png,,1,1,2,2',
      'a.png,cell,one,1,2,2',
      ',cell,1,1,2,2',
      'a.png,cell,30,1,99,5',
      'a.png,cell,5,5,5,5',
    ];
    const set = await annotated({
      ...(await pictures('a.png', 'b.png')),
      'boxes.csv': `image,label,xmin,ymin,xmax,ymax\n${rows.join('\n')}\n`,
    });
    expect(set.manifest.rejected.map(({ code, where }) => [code, where])).toEqual([
      ['image_missing', 'boxes.csv: line 2'],
      ['bad_row', 'boxes.csv: line 5'],
      ['unknown_class', 'boxes.csv: line 3'],
      ['bad_box', 'boxes.csv: line 4'],
    ]);
    expect(objectsOf(set, 'a.png').map(({ flags }) => flags)).toEqual([{ outside: true }, { empty: true }]);
    expect(set.manifest.notes).toContainEqual(expect.objectContaining({ code: 'passed_over' }));
  });

  it('beside images can be taken as a table too', async () => {
    const folder = await dataFolder();
    const files = {
      ...(await pictures('a.png', 'b.png')),
      'boxes.csv': 'image,label,xmin,ymin,xmax,ymax\na.png,cell,1,1,2,2\n',
    };
    await writeFiles(folder.path, files);
    const offers = await offerImport([folder.path]);
    expect(offers.map(({ kind }) => kind)).toEqual(['csv-boxes', 'table', 'image-folder']);
  });

  survivesHostileInput(
    'boxes',
    async () => ({
      name: 'boxes.csv',
      bytes: Buffer.from('image,label,xmin,ymin,xmax,ymax\na.png,cell,1,1,2,2\nb.png,cell,1,1,2,2\n'),
      beside: (await pictures('a.png', 'b.png')) as Record<string, Buffer>,
    }),
    1,
  );
});
