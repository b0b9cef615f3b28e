import { describe, expect, it } from 'vitest';
import { cardNames } from '../../../src-main/datasets/parquet/features.ts';
import { annotated, objectsOf } from '../../support/data-annotated.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { parquetBytes, sqlText, valuesSql } from '../../support/data-parquet.ts';
import { png } from '../../support/data-pictures.ts';
import { tone, wav } from '../../support/data-sounds.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const features = JSON.stringify({
  info: {
    features: {
      image: { _type: 'Image' },
      label: { names: ['zebra', 'ant'], _type: 'ClassLabel' },
      objects: { feature: { category: { names: ['head', 'tail'], _type: 'ClassLabel' } }, _type: 'Sequence' },
    },
  },
});
const metadata = `KV_METADATA {huggingface: ${sqlText(features)}}`;

const picture = async (value: number, width = 8): Promise<string> =>
  `from_hex('${(await png({ width, colour: { r: value, g: 1, b: 2 } })).toString('hex')}')`;
/** Images with a class each, of which -1 is none. */
async function labelled(labels: readonly number[], options = metadata): Promise<Buffer> {
  const rows = await Promise.all(
    labels.map(async (label, i) => [`{'bytes': ${await picture(i)}, 'path': '${i}.png'}`, String(label)]),
  );
  return parquetBytes(valuesSql(['image', 'label'], rows), options);
}

importerContract('hugging-face', {
  kind: 'hugging-face',
  samples: 12,
  classes: ['zebra', 'ant'],
  async write(folder) {
    await writeFiles(folder, {
      'source/data/all.parquet': await labelled(Array.from({ length: 12 }, (_, i) => i % 2)),
    });
    return ['source'];
  },
});

describe("Hugging Face's data sets", () => {
  it('give images with their classes by name, and the splits of their files', async () => {
    const set = await annotated({
      'README.md': '# A card',
      'data/train-00000-of-00002.parquet': await labelled([0, 1, 0, 1, -1]),
      'data/train-00001-of-00002.parquet': await labelled([1, 1]),
      'data/validation-00000-of-00001.parquet': await labelled([0, 1]),
      'data/test-00000-of-00001.parquet': await labelled([1]),
    });
    expect(set.manifest.classes).toEqual([
      { name: 'zebra', count: 3 },
      { name: 'ant', count: 6 },
    ]);
    expect(set.manifest).toMatchObject({ samples: 10, image: { width: 8, height: 8 }, rejectedCount: 0 });
    expect(set.manifest.splits).toEqual({ train: 7, validation: 2, test: 1 });
    expect(set.samples[4].marks.annotations).toEqual([]);
    expect(set.manifest.notes.map(({ code }) => code)).toEqual(['dialect']);
  });

  it('give boxes too', async () => {
    const objects = "{'id': [7, 8], 'bbox': [[1.5, 2.0, 3.0, 4.0], [0.0, 0.0, 99.0, 1.0]], 'category': [1, 0]}";
    const rows = [[`{'bytes': ${await picture(1, 20)}, 'path': NULL}`, objects]];
    const set = await annotated({
      'data/all.parquet': await parquetBytes(valuesSql(['image', 'objects'], rows), metadata),
    });
    expect(objectsOf(set, '0')).toEqual([
      { type: 'box', class: 'tail', id: 7, box: [1.5, 2, 3, 4] },
      { type: 'box', class: 'head', id: 8, box: [0, 0, 99, 1], flags: { outside: true } },
    ]);
  });

  it('have names in their card where the files have none', async () => {
    const card =
      "---\ndataset_info:\n  features:\n  - name: image\n    dtype: image\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': zebra\n          '1': ant\n---\n# Title\n";
    expect([...cardNames(card)]).toEqual([['label', ['zebra', 'ant']]]);
    const set = await annotated({ 'README.md': card, 'data/all.parquet': await labelled([0, 1, 1], '') });
    expect(set.manifest.classes.map(({ name }) => name)).toEqual(['zebra', 'ant']);
    const table = await parquetBytes("SELECT unnest(['a b', 'c d']) AS text, unnest([0, 1]) AS label");
    const folder = await dataFolder();
    await writeFiles(folder.path, { 'set/README.md': card, 'set/data.parquet': table });
    const { manifest } = await importFrom(folder, ['set'], { target: 'label' });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['ant', 'zebra']);
  });

  it('of rows give classes by name', async () => {
    const folder = await dataFolder();
    const query = "SELECT unnest(['good', 'bad', 'fine', 'so so']) AS text, unnest([0, 1, -1, 5]) AS label";
    await writeFiles(folder.path, { 'a.parquet': await parquetBytes(query, metadata) });
    const { manifest } = await importFrom(folder, ['a.parquet'], { target: 'label' });
    expect(manifest.classes.map(({ name }) => name)).toEqual(['5', 'ant', 'zebra']);
    expect(manifest.columns[1].missing).toBe(1);
  });

  it('list images that cannot be read, and keep the rest', async () => {
    const rows = [
      [`{'bytes': ${await picture(1)}, 'path': 'good.png'}`, '0'],
      [`{'bytes': 'no image'::BLOB, 'path': 'bad.png'}`, '1'],
      [`{'bytes': NULL, 'path': '../elsewhere.png'}`, '1'],
    ];
    const set = await annotated({ 'a.parquet': await parquetBytes(valuesSql(['image', 'label'], rows), metadata) });
    expect(set.samples.map(({ name }) => name)).toEqual(['data/good.png']);
    expect(set.manifest.rejected.map(({ code, where }) => [code, where])).toEqual([
      ['not_an_image', 'data/bad.png'],
      ['image_empty', 'data/elsewhere.png'],
    ]);
  });

  it('give sounds with their classes by name, and the splits of their files', async () => {
    const sounds = (labels: readonly number[], from: number): Promise<Buffer> =>
      parquetBytes(
        valuesSql(
          ['audio', 'text', 'label'],
          labels.map((label, i) => {
            const bytes = wav([tone({ hertz: 200 + 50 * (from + i) })]).toString('hex');
            return [`{'bytes': from_hex('${bytes}'), 'path': 'a/${from + i}.wav'}`, "'words'", String(label)];
          }),
        ),
        metadata,
      );
    const folder = await dataFolder();
    const bad = await parquetBytes("SELECT {'bytes': 'no sound'::BLOB, 'path': 'bad.wav'} AS audio, 1 AS label");
    await writeFiles(folder.path, {
      'set/data/train-00000-of-00001.parquet': await sounds([0, 1, 0, 1, -1], 0),
      'set/data/validation-00000-of-00001.parquet': bad,
      'set/data/test-00000-of-00001.parquet': await sounds([1, 0], 5),
    });
    const [offer] = await offerImport([`${folder.path}/set`]);
    expect(offer).toMatchObject({ kind: 'audio-folder', files: 3, folders: 3, columns: ['audio', 'text', 'label'] });
    const { manifest } = await importFrom(folder, ['set']);
    expect(manifest).toMatchObject({
      ...{ kind: 'audio', samples: 7, audio: { rate: 8000 }, rejectedCount: 1, splitSource: 'given' },
      classes: [
        { name: 'ant', count: 3 },
        { name: 'zebra', count: 3 },
      ],
    });
    expect(manifest.rejected[0]).toMatchObject({ where: 'validation/bad.wav', code: 'not_audio' });
  });

  it('of several configurations are a choice, each with its splits', async () => {
    const folder = await dataFolder();
    const table = (text: string): Promise<Buffer> =>
      parquetBytes(`SELECT '${text} ' || range AS text, range % 2 AS label FROM range(30)`);
    const files: Record<string, Buffer> = {};
    for (const name of ['en', 'zh'])
      for (const split of ['train', 'test'])
        files[`set/${name}/${split}-00000-of-00001.parquet`] = await table(`${name} ${split}`);
    await writeFiles(folder.path, files);
    const offers = await offerImport([`${folder.path}/set`]);
    expect(offers.map(({ file, suggestedName, files: count }) => [file, suggestedName, count])).toEqual([
      ['en', 'set en', 2],
      ['zh', 'set zh', 2],
    ]);
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'several_tables' });
    const { manifest, suggestedName } = await importFrom(folder, ['set'], { file: 'zh' });
    expect(suggestedName).toBe('set zh');
    expect(manifest).toMatchObject({ samples: 60, splitSource: 'given' });
    expect(manifest.splits.test).toBe(30);
  });

  it('of images in several configurations are a choice, too', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'set/small/train.parquet': await labelled([0, 1]),
      'set/large/train.parquet': await labelled([0, 1, 0]),
    });
    expect(await failure(importFrom(folder, ['set']))).toMatchObject({ code: 'several_tables' });
    expect((await importFrom(folder, ['set'], { file: 'large' })).manifest.samples).toBe(3);
  });

  survivesHostileInput('Hugging Face', async () => ({ name: 'a.parquet', bytes: await labelled([0, 1, 0]) }), 1);
});
