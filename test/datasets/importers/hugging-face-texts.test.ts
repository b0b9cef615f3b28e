import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenLayout, tokenRow } from '../../../src-main/datasets/annotations/token-rows.ts';
import { offerImport } from '../../../src-main/datasets/import.ts';
import type { Span } from '../../../src-main/shared/annotation.ts';
import { annotated, roundTrip, type Annotated } from '../../support/data-annotated.ts';
import { dataFolder, failure, importFrom, writeFiles } from '../../support/data-import.ts';
import { importerContract } from '../../support/data-importer-contract.ts';
import { parquetBytes, sqlText, valuesSql } from '../../support/data-parquet.ts';
import { survivesHostileInput } from '../../support/hostile.ts';

const tags = ['O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG'];
const parts = ['NN', 'VB', 'XX'];
/** As `datasets` writes it beside a file's rows. */
const metadataOf = (names: readonly string[]): string => {
  const list = (of: object) => ({ feature: of, _type: 'Sequence' });
  const label = (of: readonly string[]) => list({ names: of, _type: 'ClassLabel' });
  const tokens = list({ dtype: 'string', _type: 'Value' });
  const features = { id: { dtype: 'string', _type: 'Value' }, tokens, pos_tags: label(parts), ner_tags: label(names) };
  return `KV_METADATA {huggingface: ${sqlText(JSON.stringify({ info: { features } }))}}`;
};

interface Row {
  tokens: string[];
  ner: (number | string)[];
  pos?: number[];
}

const listOf = (items: readonly (string | number)[]): string =>
  `[${items.map((each) => (typeof each === 'string' ? sqlText(each) : String(each))).join(', ')}]`;
const file = (rows: readonly Row[], options = metadataOf(tags)): Promise<Buffer> =>
  parquetBytes(
    valuesSql(
      ['id', 'tokens', 'pos_tags', 'ner_tags'],
      rows.map(({ tokens, ner, pos }, i) => [
        `'${i}'`,
        `${listOf(tokens)}::VARCHAR[]`,
        `${listOf(pos ?? tokens.map(() => 0))}::BIGINT[]`,
        listOf(ner),
      ]),
    ),
    options,
  );

const one: Row = { tokens: ['Ada', 'Lovelace', 'joins', '"', 'ACME', '"', '.'], ner: [1, 2, 0, 0, 3, 0, 0] };
const two: Row = {
  tokens: ['ACME', 'Labs', 'hires', 'Bo', ',', 'Cy'],
  ner: [3, 4, 0, 1, 0, 1],
  pos: [0, 0, 1, 0, 2, 0],
};

importerContract('hugging-face-texts', {
  kind: 'hugging-face-texts',
  samples: 12,
  classes: [],
  async write(folder) {
    const rows = Array.from({ length: 12 }, (_, i) => (i % 2 ? one : two));
    await writeFiles(folder, { 'source/data/all.parquet': await file(rows) });
    return ['source'];
  },
});

/** The texts as CoNLL has them, which is where tokens and tags can be read. */
const conllOf = async (set: Annotated, name = 'train.conll'): Promise<string> => {
  const { out } = await roundTrip(set, 'conll');
  return readFile(join(out, name), 'utf8');
};

describe("Hugging Face's tokens with tags", () => {
  it('become texts as people write them, with spans by the names of their classes, and the splits of their files', async () => {
    const set = await annotated({
      'README.md': '# A card',
      'data/train-00000-of-00001.parquet': await file([one, two]),
      'data/validation-00000-of-00001.parquet': await file([one]),
      'data/test-00000-of-00001.parquet': await file([two]),
    });
    expect(set.manifest).toMatchObject({ samples: 4, rejectedCount: 0, splits: { train: 2, validation: 1, test: 1 } });
    expect(set.manifest.annotations!.classes.map(({ name, count }) => [name, count])).toEqual([
      ['PER', 6],
      ['ORG', 4],
    ]);
    expect(set.manifest.columns.map(({ name, role }) => [name, role])).toEqual([
      ['id', 'ignored'],
      ['text', 'feature'],
    ]);
    const spans = set.samples[0].marks.annotations as Span[];
    const text = 'Ada Lovelace joins "ACME".';
    expect(spans.map(({ class: name, start, end }) => [name, text.slice(start, end)])).toEqual([
      ['PER', 'Ada Lovelace'],
      ['ORG', 'ACME'],
    ]);
    expect(set.header.scheme).toBe('bio');
    expect(await conllOf(set)).toBe(
      'Ada NN B-PER\nLovelace NN I-PER\njoins NN O\n" NN O\nACME NN B-ORG\n" NN O\n. NN O\n\n' +
        'ACME NN B-ORG\nLabs NN I-ORG\nhires VB O\nBo NN B-PER\n, XX O\nCy NN B-PER\n\n',
    );
  });

  it('have their names in the card, as words, or without the letters of a scheme', async () => {
    const card = `---\ndataset_info:\n  features:\n  - name: tokens\n    sequence: string\n  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n${tags
      .map((name, i) => `          '${i}': ${name}\n`)
      .join('')}---\n`;
    const carded = await annotated({ 'README.md': card, 'data/all.parquet': await file([one, two], '') });
    const names = (set: Annotated) => set.manifest.annotations!.classes.map(({ name, count }) => [name, count]);
    expect(names(carded)).toEqual([
      ['PER', 3],
      ['ORG', 2],
    ]);
    const words = [one, two].map((row) => ({ ...row, ner: row.ner.map((tag) => tags[Number(tag)]) }));
    expect(names(await annotated({ 'data/all.parquet': await file(words, '') }))).toEqual(names(carded));
    const plain = await annotated({
      'data/all.parquet': await file([{ ...one, ner: [1, 1, 0, 0, 2, 0, 0] }], metadataOf(['O', 'person', 'company'])),
    });
    expect(names(plain)).toEqual([
      ['person', 1],
      ['company', 1],
    ]);
    expect(plain.header.scheme).toBe('iob1');
  });

  it('list rows that do not fit, and say which are not tagged', async () => {
    const rows: Row[] = [
      one,
      { tokens: ['a', 'b'], ner: [0] },
      { tokens: ['a', 'b'], ner: [0, 9] },
      { tokens: [' ', ''], ner: [0, 0] },
      { tokens: ['Not', ' ', 'said'], ner: [-1, -1, -1] },
      { tokens: ['x'.repeat(2000)], ner: [0] },
    ];
    const { manifest, samples } = await annotated({ 'data/all.parquet': await file(rows) });
    expect(manifest.samples).toBe(2);
    expect(samples[1].marks.annotations).toEqual([]);
    expect(manifest.rejected.map(({ message }) => message)).toEqual([
      'data/all.parquet: row 2 has 2 of "tokens" and 1 of "ner_tags", which must be as many.',
      'data/all.parquet: row 3 has the tag 9, which is none of "ner_tags".',
      'data/all.parquet: row 4 has no text.',
      'data/all.parquet: row 6 has a token of more than 1000 characters, or with a NUL in it.',
    ]);
    expect(manifest.notes.map(({ code }) => code)).toContain('tags_unsaid');
  });

  it('of parts of speech alone, or of numbers without names, stay a table', async () => {
    const folder = await dataFolder();
    const rows = [{ tokens: ['a', 'b'], ner: [0, 1] }];
    await writeFiles(folder.path, {
      'a.parquet': await file(rows, ''),
      'b.parquet': await file(rows, metadataOf(parts)),
    });
    for (const name of ['a.parquet', 'b.parquet']) {
      expect((await offerImport([join(folder.path, name)])).map(({ kind }) => kind)).toEqual(['table']);
      expect((await importFrom(folder, [name])).manifest.annotations).toBeUndefined();
    }
    const asked = await failure(importFrom(folder, ['a.parquet'], { kind: 'hugging-face-texts' }));
    expect(asked).toMatchObject({ code: 'unknown_format' });
  });

  it('stand in the text that they were cut from, where there is one', () => {
    const layout = tokenLayout(
      [
        { name: 'tokens', texts: true, names: null, values: [] },
        { name: 'tags', texts: true, names: null, values: ['B-x', 'O'] },
      ],
      ['sentence'],
    )!;
    const record = { tokens: ['don', "'t", 'go'], tags: ['O', 'O', 'B-x'], sentence: "don't  go" };
    expect(tokenRow(record, layout)).toMatchObject({
      text: "don't  go",
      sample: { annotations: [{ class: 'x', start: 7, end: 9 }], tokens: [0, 3, 3, 5, 7, 9] },
    });
    // Another text is not where they are from.
    expect(tokenRow({ ...record, sentence: 'do not go' }, layout)).toMatchObject({ text: "don't go" });
  });

  survivesHostileInput('tokens in Parquet', async () => ({ name: 'a.parquet', bytes: await file([one, two, one]) }), 1);
});
