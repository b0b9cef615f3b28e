import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { offerImport } from '../../../src-main/datasets/import.ts';
import { annotated, roundTrip } from '../../support/data-annotated.ts';
import { dataFolder, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const one = {
  id: '0',
  tokens: ['Ada', 'Lovelace', 'joins', '"', 'ACME', '"', '.'],
  ner_tags: ['B-PER', 'I-PER', 'O', 'O', 'B-ORG', 'O', 'O'],
};
const two = { id: '1', tokens: ['ACME', 'Labs', 'hires', 'Bo'], ner_tags: ['B-ORG', 'I-ORG', 'O', 'B-PER'] };
const names = ['O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG'];
const numbered = ({ ner_tags, ...rest }: typeof one) => ({
  ...rest,
  ner_tags: ner_tags.map((tag) => names.indexOf(tag)),
});
const lines = (...records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

importerContract('tokens in JSON Lines', {
  kind: 'hugging-face-texts',
  samples: 12,
  classes: [],
  async write(folder) {
    const records = Array.from({ length: 12 }, (_, i) => ({ ...(i % 2 ? one : two), id: String(i) }));
    await writeFiles(folder, { 'source/all.jsonl': lines(...records) });
    return ['source'];
  },
});

const spans = { PER: 2, ORG: 2 };
const countsOf = ({ manifest }: Awaited<ReturnType<typeof annotated>>) =>
  Object.fromEntries(manifest.annotations!.classes.map(({ name, count }) => [name, count]));
const card = `---\ndataset_info:\n  features:\n  - name: tokens\n    sequence: string\n  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n${names.map((name, i) => `          '${i}': ${name}`).join('\n')}\n---\n# A card\n`;
const info = JSON.stringify({
  default: { features: { ner_tags: { feature: { names, _type: 'ClassLabel' }, _type: 'Sequence' } } },
});

describe('tokens with tags in JSON', () => {
  it('are texts as people write them, with the splits of their files', async () => {
    const set = await annotated({
      'train.jsonl': lines(one, two),
      'validation.jsonl': lines(one),
      'test.jsonl': lines(two),
    });
    expect(set.manifest).toMatchObject({ samples: 4, rejectedCount: 0, splits: { train: 2, validation: 1, test: 1 } });
    expect(countsOf(set)).toEqual({ PER: 4, ORG: 4 });
    const { out } = await roundTrip(set, 'conll');
    expect(await readFile(join(out, 'train.conll'), 'utf8')).toMatch(/^Ada\s.*B-PER\nLovelace\s.*I-PER\njoins\s.*O\n/);
    const { out: texts } = await roundTrip(set, 'jsonl');
    expect(await readFile(join(texts, 'val.jsonl'), 'utf8')).toContain('Ada Lovelace joins \\"ACME\\".');
  });

  it.each([
    ['as a list', { 'a.json': JSON.stringify([one, two]) }],
    ['gzipped', { 'a.jsonl.gz': gzipSync(lines(one, two)) }],
    [
      'called words and labels',
      { 'a.jsonl': lines(...[one, two].map(({ tokens, ner_tags }) => ({ words: tokens, labels: ner_tags }))) },
    ],
    ['by numbers, names in the card', { 'README.md': card, 'a.jsonl': lines(...[one, two].map(numbered)) }],
    [
      'by numbers, names in dataset_infos.json',
      { 'dataset_infos.json': info, 'a.jsonl': lines(...[one, two].map(numbered)) },
    ],
    [
      'by numbers, names in a list',
      { 'labels.txt': `${names.join('\n')}\n`, 'a.jsonl': lines(...[one, two].map(numbered)) },
    ],
    [
      'by numbers, names by label2id',
      {
        'labels.json': JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i]))),
        'a.jsonl': lines(...[one, two].map(numbered)),
      },
    ],
    ['beside other facts', { 'a.jsonl': lines({ ...one, source: 'web', n: 3 }, { ...two, source: 'book', n: 4 }) }],
  ])('are read %s', async (_, files) => {
    const set = await annotated(files);
    expect(set.manifest).toMatchObject({ samples: 2, rejectedCount: 0 });
    expect(countsOf(set)).toEqual(spans);
  });

  it('list what is wrong, and keep the rest', async () => {
    const short = { ...one, ner_tags: ['O'] };
    const other = { ...one, ner_tags: one.ner_tags.map(() => 'Z-Q?') };
    const good = Array.from({ length: 30 }, () => one);
    const text = `${lines(...good, short, two)}{"tokens": ["a"\n${lines(other, { id: '9' })}[1]\n`;
    const set = await annotated({ 'a.jsonl': text });
    expect(set.manifest.samples).toBe(31);
    expect(set.manifest.rejected.map(({ where, code }) => [where, code])).toEqual([
      ['a.jsonl: line 31', 'bad_tokens'],
      ['a.jsonl: line 33', 'bad_json'],
      ['a.jsonl: line 34', 'bad_tokens'],
      ['a.jsonl: line 35', 'bad_tokens'],
      ['a.jsonl: line 36', 'bad_tokens'],
    ]);
  });

  it('are rows where nothing tells what the numbers are, or nothing is a tag', async () => {
    const folder = await dataFolder();
    await writeFiles(folder.path, {
      'numbers.jsonl': lines(...[one, two].map(numbered)),
      'lists.jsonl': lines({ tokens: ['a', 'b'], scores: [1, 2] }, { tokens: ['c'], scores: [3] }),
      'words.jsonl': lines({ tokens: ['a', 'b'], others: ['x', 'y'] }, { tokens: ['c'], others: ['z'] }),
    });
    for (const name of ['numbers.jsonl', 'lists.jsonl', 'words.jsonl']) {
      const offers = await offerImport([join(folder.path, name)]);
      expect(offers.map(({ kind }) => kind)).toEqual(['table']);
      expect((await importFrom(folder, [name])).manifest.samples).toBe(2);
    }
  });

  survivesHostileInput('tokens in JSON Lines', () =>
    Promise.resolve({ name: 'a.jsonl', bytes: Buffer.from(lines(one, two, one)) }),
  );
});
